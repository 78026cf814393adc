import { emptyUsage, type EmbeddingModel, type LanguageModel, type Reranker, type StreamPart } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { embeddingModelConformance } from './embedding-model-conformance.ts'
import { languageModelConformance } from './language-model-conformance.ts'
import type { ModelFeature } from './language-model-subject.ts'
import { rerankerConformance } from './reranker-conformance.ts'
import type { TestFunctions } from './test-functions.ts'

// What the suites are worth: each of these models has one fault, and the named case finds it.

const collectTests = (define: (tests: TestFunctions) => void) => {
  const tests = new Map<string, () => Promise<void>>()
  define({ describe: (_, body) => body(), it: (name, run) => tests.set(name, run), expect })
  return {
    names: [...tests.keys()],
    async isRed(name: string): Promise<boolean> {
      const test = tests.get(name)
      expect(test, [...tests.keys()].join('\n')).toBeDefined()
      return test!().then(
        () => false,
        () => true,
      )
    },
  }
}

const usage = { ...emptyUsage(), input: 3, output: 2 }
const good: StreamPart[] = [
  { type: 'start', model: 'fake' },
  { type: 'text-delta', text: 'a' },
  { type: 'text-delta', text: 'b' },
  { type: 'usage', usage },
  { type: 'finish', finishReason: 'stop', usage },
]
const saying = (parts: StreamPart[], more: Partial<LanguageModel> = {}): LanguageModel => ({
  ...createScriptedModel({ id: 'fake', answers: [''] }),
  async *stream() {
    yield* parts
  },
  ...more,
})
const NOT_HERE = 'not here.'
const without: Partial<Record<ModelFeature, string>> = { reasoning: NOT_HERE, redecode: NOT_HERE, logprobs: NOT_HERE }
const suiteOf = (model: LanguageModel, features = without) =>
  collectTests((tests) =>
    languageModelConformance({ name: 'fake', run: (test) => test({ model }), without: features }, tests),
  )

describe('a language model', () => {
  it.each([
    ['begins under the name of the model, and comes piece by piece', saying(good.slice(1))],
    ['begins under the name of the model, and comes piece by piece', saying([...good, good.at(-1)!])],
    ['counts its tokens, each once', saying(good.toSpliced(3, 0, { type: 'usage', usage }))],
    ['ends with length where it may write no more', saying(good)],
    ['reads as many tokens as it counted', saying(good)],
    ['calls a tool where it must: "required"', saying(good)],
    ['holds its answer to a schema', saying(good)],
    ['refuses a prompt that does not fit, and says that this is why', saying(good)],
    ['refuses maxOutputTokens that makes no sense, by its name', saying(good)],
    ['writes nothing for a caller that gave up before', saying(good)],
    ['sees images, or says that it does not', saying(good)],
  ])('that does not do it is red: %s', async (name, model) => {
    expect(await suiteOf(model).isRed(name)).toBe(true)
  })

  it('that does is green', async () => {
    const suite = suiteOf(saying(good))
    for (const name of ['counts its tokens, each once', 'reads text of every script', 'minds no abort behind its end'])
      expect([name, await suite.isRed(name)]).toEqual([name, false])
  })

  it('has no cases for what it is without, but one that says why and holds it to that', async () => {
    const { names, isRed } = suiteOf(saying(good), { ...without, tools: 'it only writes.' })
    expect(names.filter((name) => name.includes('tool'))).toEqual(['tools: it only writes.'])
    // It says that it can.
    expect(await isRed('tools: it only writes.')).toBe(true)
    expect(await isRed(`reasoning: ${NOT_HERE}`)).toBe(false)
  })

  it('lists faults of a wire as skipped', () => {
    const skipped: string[] = []
    const functions = Object.assign(() => {}, { skip: (name: string) => skipped.push(name) })
    languageModelConformance(
      { name: 'fake', run: async () => {}, without: { wire: 'a child process has none.' } },
      { describe: (_, body) => body(), it: functions, expect },
    )
    expect(skipped).toEqual(['fake: faults of a wire: a child process has none.'])
  })
})

describe('an embedding model', () => {
  const fake = createFakeEmbedder()
  const suiteWith = (embed: EmbeddingModel['embed']) =>
    collectTests((tests) => embeddingModelConformance({ name: 'fake', run: (test) => test({ ...fake, embed }) }, tests))
  it.each<[name: string, embed: EmbeddingModel['embed']]>([
    [
      'keeps the order of the texts, whatever their length',
      (texts) => fake.embed(texts.toSorted((a, b) => a.length - b.length)),
    ],
    [
      'gives each text a vector of its dimensions, at unit length',
      async (texts) => {
        const all = await fake.embed(texts)
        return { ...all, vectors: all.vectors.map((vector) => vector.map((value) => value * 2)) }
      },
    ],
    [
      'gives a text in company the vector it has alone',
      (texts) => fake.embed(texts.map((text) => `${text}${texts.length}`)),
    ],
    ['gives up for a caller that did, and answers the next', (texts) => fake.embed(texts)],
  ])('that does not do it is red: %s', async (name, embed) => {
    expect(await suiteWith(embed).isRed(name)).toBe(true)
  })
})

describe('a reranker', () => {
  const ranking = (rerank: Reranker['rerank']) =>
    collectTests((tests) => rerankerConformance({ name: 'fake', run: (test) => test({ id: 'fake', rerank }) }, tests))
  const inOrder: Reranker['rerank'] = async (_, documents) =>
    documents.map((_each, index) => ({ index, score: index / documents.length }))
  it.each([
    'scores each document from 0 to 1, best first',
    'scores a document for itself, whatever stands beside it',
    'gives only the best of them where that is asked',
  ])('that does not do it is red: %s', async (name) => {
    expect(await ranking(inOrder).isRed(name)).toBe(true)
    expect(await ranking(inOrder).isRed('ranks nothing as nothing')).toBe(false)
  })
})
