import { addUsage, emptyUsage, type FinishReason, type JsonSchema, type StreamPart, type Usage } from '@rt/core'
import { MODEL, withBench } from './bench.ts'
import type { ConformanceSubject } from './conformance-subject.ts'
import { ask, gather, timeTool, weatherTool } from './gather.ts'
import type { TestFunctions } from './test-functions.ts'

const calls = (parts: StreamPart[]): unknown[] =>
  parts.flatMap((part) => (part.type === 'tool-call-end' ? [[part.id, part.name, part.arguments]] : []))

/** Answers that go well. */
export const answersConformance = (subject: ConformanceSubject, { describe, it, expect }: TestFunctions): void => {
  const { wire, without = [] } = subject
  const usage: Usage = {
    input: 100,
    cacheRead: wire.counts.cacheRead === false ? 0 : 40,
    cacheWrite: wire.counts.cacheWrite ? 7 : 0,
    output: 50,
    reasoning: wire.counts.reasoning ? 20 : 0,
  }

  describe(`${subject.name}: answers`, () => {
    it(
      'streams text, then usage, then finish, under the name of provider and model',
      withBench(subject, async ({ server, provider, model, answer }) => {
        answer({ text: ['Good ', 'morning', ', Ada 🌅'], usage })
        const { parts, text } = await gather(model)
        expect(text).toBe('Good morning, Ada 🌅')
        expect(model.id).toBe(`${provider.id}/${MODEL}`)
        expect(parts[0]).toEqual({ type: 'start', model: model.id })
        expect(parts.slice(-2)).toEqual([
          { type: 'usage', usage },
          { type: 'finish', finishReason: 'stop', usage },
        ])
        expect(server.requests.length).toBe(1)
        expect(wire.read(server.requests[0]!)).toEqual({ model: MODEL, tools: [] })
      }),
    )

    it(
      'counts no token twice: usage parts add up to the usage of the finish',
      withBench(subject, async ({ model, answer }) => {
        answer({ text: ['x'], usage })
        const { parts, terminal } = await gather(model)
        const sum = parts.reduce((all, part) => (part.type === 'usage' ? addUsage(all, part.usage) : all), emptyUsage())
        expect(sum).toEqual(usage)
        expect(terminal).toMatchObject({ usage })
      }),
    )

    it(
      'finishes without usage when none came',
      withBench(subject, async ({ model, answer }) => {
        answer({ text: ['x'] })
        expect((await gather(model)).terminal).toEqual({ type: 'finish', finishReason: 'stop', usage: emptyUsage() })
      }),
    )

    for (const finishReason of ['stop', 'length', 'content-filter'] satisfies FinishReason[])
      it(
        `finishes with ${finishReason}`,
        withBench(subject, async ({ model, answer }) => {
          answer({ text: ['x'], finishReason, usage })
          expect((await gather(model)).terminal).toEqual({ type: 'finish', finishReason, usage })
        }),
      )

    if (!without.includes('reasoning'))
      it(
        'tells reasoning from text',
        withBench(subject, async ({ model, answer }) => {
          answer({ reasoning: ['Hm', 'm.'], text: ['Yes.'], usage })
          const { text, reasoning } = await gather(model)
          expect([reasoning, text]).toEqual(['Hmm.', 'Yes.'])
        }),
      )

    it(
      'is the same provider for many calls at once',
      withBench(subject, async ({ model, answer }) => {
        answer({ text: ['a', 'b'], usage })
        const all = await Promise.all(Array.from({ length: 8 }, () => gather(model)))
        expect(all.map(({ text }) => text)).toEqual(Array.from({ length: 8 }, () => 'ab'))
      }),
    )

    if (wire.models)
      it(
        'lists models',
        withBench(subject, async ({ server, provider }) => {
          server.reply = { headers: { 'content-type': 'application/json' }, chunks: [wire.models!(['a', 'org/b:1'])] }
          expect((await provider.list!()).map(({ id }) => id)).toEqual([`${provider.id}/a`, `${provider.id}/org/b:1`])
        }),
      )

    if (wire.embeddings)
      it(
        'embeds, in order and at unit length',
        withBench(subject, async ({ server, provider }) => {
          server.reply = {
            headers: { 'content-type': 'application/json' },
            chunks: [
              wire.embeddings!(
                [
                  [3, 4],
                  [0, 2],
                ],
                9,
              ),
            ],
          }
          const { vectors, tokens } = await provider.embeddingModel!(MODEL).embed(['one', 'two'])
          expect(vectors.map((vector) => [...vector].map((value) => Math.round(value * 1000) / 1000))).toEqual([
            [0.6, 0.8],
            [0, 1],
          ])
          expect(tokens).toBe(9)
        }),
      )
  })

  if (without.includes('tools')) return
  describe(`${subject.name}: tools and formats`, () => {
    const tools = [weatherTool, timeTool]

    it(
      'joins the fragments of a call',
      withBench(subject, async ({ server, model, answer }) => {
        answer({
          text: ['Let me see.'],
          toolCalls: [{ id: 'call_1', name: 'weather', fragments: ['{"ci', 'ty":"Zü', 'rich"}'] }],
        })
        const { parts, terminal } = await gather(model, { request: ask({ tools }) })
        expect(calls(parts)).toEqual([['call_1', 'weather', { city: 'Zürich' }]])
        expect(parts.flatMap((part) => (part.type === 'tool-call-delta' ? [part.delta] : [])).join('')).toBe(
          '{"city":"Zürich"}',
        )
        expect(terminal).toMatchObject({ type: 'finish', finishReason: 'tool-calls' })
        expect(wire.read(server.requests[0]!).tools).toEqual(['weather', 'time'])
      }),
    )

    it(
      'takes no arguments for an empty object',
      withBench(subject, async ({ model, answer }) => {
        answer({ toolCalls: [{ id: 'call_1', name: 'time', fragments: [] }] })
        expect(calls((await gather(model, { request: ask({ tools }) })).parts)).toEqual([['call_1', 'time', {}]])
      }),
    )

    it(
      'hands on arguments that are no JSON as text, for the loop to answer',
      withBench(subject, async ({ model, answer }) => {
        answer({ toolCalls: [{ id: 'call_1', name: 'weather', fragments: ['{"city": ', 'Zürich'] }] })
        const { parts } = await gather(model, { request: ask({ tools }) })
        expect(calls(parts)).toEqual([['call_1', 'weather', '{"city": Zürich']])
      }),
    )

    if (!without.includes('parallel-tools'))
      it(
        'keeps calls in one answer apart',
        withBench(subject, async ({ model, answer }) => {
          answer({
            toolCalls: [
              { id: 'call_1', name: 'weather', fragments: ['{"city":', '"Bern"}'] },
              { id: 'call_2', name: 'weather', fragments: ['{"city":"Basel"}'] },
              { id: 'call_3', name: 'time', fragments: ['{}'] },
            ],
          })
          expect(calls((await gather(model, { request: ask({ tools }) })).parts)).toEqual([
            ['call_1', 'weather', { city: 'Bern' }],
            ['call_2', 'weather', { city: 'Basel' }],
            ['call_3', 'time', {}],
          ])
        }),
      )

    if (!without.includes('tool-choice'))
      for (const toolChoice of ['required', 'none', { name: 'time' }] as const)
        it(
          `passes on the tool choice ${JSON.stringify(toolChoice)}`,
          withBench(subject, async ({ server, model, answer }) => {
            answer({ text: ['x'] })
            await gather(model, { request: ask({ tools, toolChoice }) })
            const seen = wire.read(server.requests[0]!)
            // A request without tools says `none` as well.
            if (toolChoice === 'none' && seen.tools.length === 0) return
            expect(seen.toolChoice).toEqual(toolChoice)
          }),
        )

    if (!without.includes('structured-output'))
      it(
        'asks for the schema it was given, beside tools',
        withBench(subject, async ({ server, model, answer }) => {
          const schema: JsonSchema = {
            type: 'object',
            properties: { answer: { type: 'string' } },
            required: ['answer'],
            additionalProperties: false,
          }
          answer({ text: ['{"answer":"42"}'] })
          const { text } = await gather(model, {
            request: ask({ tools, output: { type: 'json', schema, name: 'reply' } }),
          })
          expect(text).toBe('{"answer":"42"}')
          const seen = wire.read(server.requests[0]!)
          expect(seen.schema).toEqual(schema)
          expect(seen.tools).toEqual(['weather', 'time'])
        }),
      )
  })
}
