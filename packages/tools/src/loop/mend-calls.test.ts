import {
  type CallOptions,
  collect,
  createMessage,
  emptyUsage,
  type JsonValue,
  type LanguageModel,
  LOCAL,
  RtError,
  type StreamPart,
} from '@rt/core'
import { createFakeTelemetry, createScriptedModel, type ScriptedModel } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { tool } from '../tool.ts'
import type { LoopOptions } from './loop-options.ts'
import { runLoop } from './run-loop.ts'

const usage = { ...emptyUsage(), input: 1, output: 10 }
const again = (id: string, args: JsonValue): StreamPart[] => [
  { type: 'start', model: 'scripted' },
  { type: 'tool-call-start', id, name: 'book' },
  { type: 'tool-call-delta', id, delta: JSON.stringify(args) },
  { type: 'tool-call-end', id, name: 'book', arguments: args },
  { type: 'usage', usage },
  { type: 'finish', finishReason: 'tool-calls', usage },
]
const refused: StreamPart[] = [
  { type: 'start', model: 'scripted' },
  { type: 'error', error: new RtError({ code: 'not_found', message: 'the call is gone.' }).toJSON() },
]

/** A model whose first answer is a call, and whose redecodes are said in order. */
const withRedecodes = (
  first: JsonValue[],
  tries: ((id: string, options: CallOptions) => StreamPart[])[],
): { model: LanguageModel; script: ScriptedModel; asked: string[] } => {
  const script = createScriptedModel({
    answers: [{ toolCalls: first.map((args, n) => ({ name: 'book', arguments: args, id: `call_${n}` })) }, 'Done.'],
    capabilities: { redecode: true },
  })
  const asked: string[] = []
  const model: LanguageModel = {
    ...script,
    async *redecode(callId, options = {}) {
      yield* tries[asked.push(callId) - 1]?.(callId, options) ?? refused
    },
  }
  return { model, script, asked }
}

const day = z.object({ day: z.iso.date() })
const taken: unknown[] = []
const book = tool({
  name: 'book',
  description: 'Books a day',
  inputSchema: day,
  execute: (input) => {
    taken.push(input)
    return 'booked'
  },
})
const options = (model: LanguageModel, more: Partial<LoopOptions> = {}): LoopOptions => ({
  model,
  messages: [createMessage('user', 'a table for new year')],
  tools: [book],
  assembler: createPassThroughAssembler(),
  principal: LOCAL,
  ...more,
})
const read = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
const ends = (parts: StreamPart[]): JsonValue[] =>
  parts.flatMap((part) => (part.type === 'tool-call-end' ? [[part.id, part.arguments]] : []))
const results = (parts: StreamPart[]): unknown[] =>
  parts.flatMap((part) => (part.type === 'tool-result' ? [[part.id, part.result]] : []))

const wrong = { day: 'soon' }
const right = { day: '2027-01-01' }

test('wrong arguments are written again, and the tool runs with the new ones', async () => {
  taken.length = 0
  const { model, script, asked } = withRedecodes([wrong], [(id) => again(id, right)])
  const parts = await read(runLoop(options(model)))
  expect(asked).toEqual(['call_0'])
  expect(taken).toEqual([right])
  expect(parts.slice(2, 11).map(({ type }) => type)).toEqual([
    'tool-call-start',
    'tool-call-delta',
    'usage',
    'usage',
    'tool-call-start',
    'tool-call-delta',
    'tool-call-end',
    'tool-result',
    'step-finish',
  ])
  expect(ends(parts)).toEqual([['call_0', right]])
  expect(results(parts)).toEqual([['call_0', 'booked']])
  // The wrong ones are nowhere in what the model reads next.
  expect(JSON.stringify(script.requests[1]!.messages)).not.toContain('soon')
})

test('what a redecode takes is counted, and stands in the trace under its own name', async () => {
  const telemetry = createFakeTelemetry()
  const span = telemetry.span('request')
  const { model } = withRedecodes([wrong], [(id) => again(id, right)])
  const { usage: all, parts } = await collect(runLoop(options(model), { span }))
  const said = parts.flatMap((part) => (part.type === 'usage' ? [part.usage.output] : []))
  expect(said).toHaveLength(3)
  expect(all.output).toBe(said.reduce((sum, one) => sum + one, 0))
  const redecode = telemetry.roots[0]!.children.find(({ name }) => name === 'redecode scripted')
  expect(redecode?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.tool.name': 'book',
    'gen_ai.usage.output_tokens': 10,
    'rt.redecode.changed': true,
  })
})

test('a call its tool takes is not written again', async () => {
  const { model, asked } = withRedecodes([right], [(id) => again(id, right)])
  const parts = await read(runLoop(options(model)))
  expect(asked).toEqual([])
  expect(ends(parts)).toEqual([['call_0', right]])
})

test('after three tries the model is told what is wrong', async () => {
  const { model, script, asked } = withRedecodes(
    [wrong],
    ['later', 'much later', 'never'].map((said) => (id: string) => again(id, { day: said })),
  )
  const parts = await read(runLoop(options(model)))
  expect(asked).toHaveLength(3)
  expect(ends(parts)).toEqual([['call_0', { day: 'never' }]])
  expect(results(parts)).toMatchObject([['call_0', { error: { code: 'tool_arguments' } }]])
  expect(script.requests).toHaveLength(2)
})

test.each([
  ['refuses', () => refused],
  ['ends in the middle of a call', (id: string) => again(id, right).slice(0, 3)],
  [
    'throws',
    () => {
      throw new TypeError('broken')
    },
  ],
])('a model that %s costs nothing but the ordinary step', async (_, tried) => {
  const { model, asked } = withRedecodes([wrong], [tried])
  const parts = await read(runLoop(options(model)))
  expect(asked).toHaveLength(1)
  // Deltas of a call that was not completed are not passed on.
  expect(parts.filter(({ type }) => type === 'tool-call-start')).toHaveLength(1)
  expect(ends(parts)).toEqual([['call_0', wrong]])
  expect(results(parts)).toMatchObject([['call_0', { error: { code: 'tool_arguments' } }]])
  expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
})

test('of several calls only the wrong one is written again, and their order stays', async () => {
  const { model, asked } = withRedecodes([right, wrong, right], [(id) => again(id, { day: '2027-01-02' })])
  const parts = await read(runLoop(options(model)))
  expect(asked).toEqual(['call_1'])
  expect(ends(parts)).toEqual([
    ['call_0', right],
    ['call_1', { day: '2027-01-02' }],
    ['call_2', right],
  ])
})

test('the model is asked by its own name of a call that was renamed', async () => {
  const { model, asked } = withRedecodes([wrong], [(id) => again(id, right)])
  const earlier = createMessage('assistant', [{ type: 'tool-call', id: 'call_0', name: 'book', arguments: right }])
  const parts = await read(runLoop(options(model, { messages: [earlier, createMessage('user', 'again')] })))
  expect(asked).toEqual(['call_0'])
  expect(ends(parts)).toEqual([['call_0_2', right]])
})

test('a failure that is none of the arguments is not a reason to write again', async () => {
  const { model, asked } = withRedecodes([wrong], [])
  const refuse = {
    ...book,
    parse: async () => {
      throw new RtError({ code: 'forbidden', message: 'not today.' })
    },
  }
  const parts = await read(runLoop(options(model, { tools: [refuse] })))
  expect(asked).toEqual([])
  expect(results(parts)).toMatchObject([['call_0', { error: { code: 'forbidden' } }]])
})

test('a model without the capability ends its calls itself', async () => {
  const { model, asked } = withRedecodes([wrong], [(id) => again(id, right)])
  const without = { ...model, capabilities: { ...model.capabilities, redecode: false } }
  const parts = await read(runLoop(options(without)))
  expect(asked).toEqual([])
  expect(ends(parts)).toEqual([['call_0', wrong]])
})

test('an abort while a call is written again ends the run', async () => {
  const caller = new AbortController()
  const { model } = withRedecodes(
    [wrong],
    [
      (id) => {
        caller.abort()
        return again(id, right)
      },
    ],
  )
  const parts = await read(runLoop(options(model), { signal: caller.signal }))
  expect(parts.at(-1)?.type).toBe('abort')
  expect(results(parts)).toEqual([])
})
