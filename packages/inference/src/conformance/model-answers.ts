import { addUsage, emptyUsage, inputTokens, type StreamPart, totalTokens, type Usage } from '@rt/core'
import { ask, gather } from './gather.ts'
import { COUNTED, type ModelSuite } from './model-suite.ts'

const GREEDY = { temperature: 0, seed: 1 }
const deltasOf = (parts: StreamPart[]): string[] =>
  parts.flatMap((part) => (part.type === 'text-delta' && part.text ? [part.text] : []))

/** What every answer is made of. */
export const modelAnswers = ({ group, test, has, expect, subject: { ignores = [] } }: ModelSuite): void =>
  group('an answer', () => {
    test('begins under the name of the model, and comes piece by piece', async ({ model, play }) => {
      play({ text: ['Good ', 'morning'], finishReason: 'length', usage: COUNTED })
      const { parts, terminal } = await gather(model, { request: ask({ maxOutputTokens: 8 }) })
      expect(parts[0]).toEqual({ type: 'start', model: model.id })
      expect(terminal.type).toBe('finish')
      // What comes in one packet of a network may be one piece.
      expect(deltasOf(parts).length).toBeGreaterThan(has('weights') ? 1 : 0)
    })

    test('counts its tokens, each once', async ({ model, play }) => {
      play({ text: ['Good ', 'morning'], usage: COUNTED })
      const { parts, terminal } = await gather(model, { request: ask({ maxOutputTokens: 8 }) })
      const usage = terminal.usage ?? emptyUsage()
      const sum = parts.reduce((all, part) => (part.type === 'usage' ? addUsage(all, part.usage) : all), emptyUsage())
      expect(sum).toEqual(usage)
      expect(wrongCounts(usage)).toEqual([])
      expect(usage.output > 0 && inputTokens(usage) > 0).toBe(true)
    })

    test('ends with length where it may write no more', async ({ model, play }) => {
      play({ text: ['Once ', 'upon'], finishReason: 'length', usage: { ...COUNTED, output: 3 } })
      const request = ask({ maxOutputTokens: 3, sampling: GREEDY })
      const { terminal } = await gather(model, { request })
      expect(terminal).toMatchObject({ type: 'finish', finishReason: 'length', usage: { output: 3 } })
    })

    test('is one of several at the same time, and each is whole', async ({ model, play }) => {
      play({ text: ['Good ', 'morning'], usage: COUNTED })
      const requests = ['a', 'b c', 'd e f', 'g h i j'].map((text, index) =>
        ask({ maxOutputTokens: 4, cacheKey: `side by side ${index}` }, text),
      )
      const all = await Promise.all(requests.map((request) => gather(model, { request })))
      expect(all.map(({ terminal }) => terminal.type)).toEqual(['finish', 'finish', 'finish', 'finish'])
      if (!has('exact-count')) return
      const counts = await Promise.all(requests.map((request) => model.countTokens(request)))
      expect(all.map(({ terminal }) => inputTokens(terminal.usage ?? emptyUsage()))).toEqual(counts)
    })

    test('is sampled as asked', async ({ model, play }) => {
      play({ text: ['Good ', 'morning'], usage: COUNTED })
      const sampling = { temperature: 0.7, topP: 0.9, topK: 20, minP: 0.01, repeatPenalty: 1.1, seed: 3 }
      const { terminal } = await gather(model, { request: ask({ sampling, maxOutputTokens: 4 }) })
      expect(terminal.type).toBe('finish')
    })

    test('reads a longer prompt as more tokens', async ({ model }) => {
      const [short, long] = [await model.countTokens(ask()), await model.countTokens(ask({}, 'a b c d '.repeat(20)))]
      expect(short).toBeGreaterThan(0)
      expect(long).toBeGreaterThan(short + 40)
    })

    if (has('exact-count'))
      test('reads as many tokens as it counted', async ({ model, play }) => {
        play({ text: ['x'], usage: COUNTED })
        for (const text of ['a', 'größer — 日本語 👩‍👩‍👧', 'a b '.repeat(40)]) {
          const request = ask({ maxOutputTokens: 1, cacheKey: text.slice(0, 20) }, text)
          const { terminal } = await gather(model, { request })
          expect(terminal.type).toBe('finish')
          expect(inputTokens(terminal.usage ?? emptyUsage())).toBe(await model.countTokens(request))
        }
      })

    if (!has('weights')) return
    test('says which values of sampling it leaves out', async ({ model }) => {
      const sampling = {
        ...GREEDY,
        xtc: { probability: 0.1, threshold: 0.1 },
        dry: { multiplier: 0.8 },
        logitBias: [{ token: 1, bias: 1 }],
      }
      const { parts, terminal } = await gather(model, { request: ask({ sampling, maxOutputTokens: 2 }) })
      expect(terminal.type).toBe('finish')
      const said = parts.map((part) => (part.type === 'warning' ? part.message : '')).join(' ')
      expect(['xtc', 'dry', 'logitBias'].filter((value) => said.includes(value))).toEqual(ignores)
    })

    test('is the same again at temperature 0', async ({ model }) => {
      const request = ask({ maxOutputTokens: 8, sampling: GREEDY })
      const { text } = await gather(model, { request })
      expect((await gather(model, { request })).text).toBe(text)
    })

    test('is cut before a stop string, also where that spans two tokens', async ({ model }) => {
      const request = ask({ maxOutputTokens: 12, sampling: GREEDY })
      const { parts, text } = await gather(model, { request })
      const deltas = deltasOf(parts)
      const at = Math.floor(deltas.length / 2)
      const stop = `${deltas[at - 1]!.slice(-1)}${deltas[at]!.slice(0, 1)}`
      const cut = await gather(model, { request: { ...request, stop: ['\u{1F6D1} never', stop] } })
      expect(cut.text).toBe(text.slice(0, text.indexOf(stop)))
      expect(cut.terminal).toMatchObject({ type: 'finish', finishReason: 'stop' })
    })
  })

const wrongCounts = (usage: Usage): string[] => [
  ...Object.entries(usage).flatMap(([name, count]) => (Number.isInteger(count) && count >= 0 ? [] : [name])),
  ...(usage.reasoning > usage.output ? ['reasoning > output'] : []),
  ...(totalTokens(usage) > 0 ? [] : ['nothing at all']),
]
