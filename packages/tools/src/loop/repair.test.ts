import { collect, createMessage, type JsonValue, LOCAL, type StreamPart } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { tool } from '../tool.ts'
import type { LoopOptions } from './loop-options.ts'
import { runLoop } from './run-loop.ts'

const taken: unknown[] = []
const book = tool({
  name: 'book',
  description: 'Books a day',
  inputSchema: z.object({ day: z.iso.date() }),
  execute: (input) => {
    taken.push(input)
    return 'booked'
  },
})
const right = { day: '2027-01-01' }
const wrong = { day: 'soon' }
const call = (...all: JsonValue[]): ScriptedAnswer => ({
  toolCalls: all.map((args) => ({ name: 'book', arguments: args })),
})

const go = async (answers: ScriptedAnswer[], more: Partial<LoopOptions> = {}) => {
  taken.length = 0
  // A model elsewhere: what it wrote cannot be taken back.
  const model = createScriptedModel({ answers, capabilities: { local: false } })
  const generation = await collect(
    runLoop({
      model,
      messages: [createMessage('user', 'a table')],
      tools: [book],
      assembler: createPassThroughAssembler(),
      principal: LOCAL,
      ...more,
    }),
  )
  const results = generation.parts.flatMap((part) => (part.type === 'tool-result' ? [part.result] : []))
  return { ...generation, model, results, choices: model.requests.map(({ toolChoice }) => toolChoice) }
}
const refusal = { error: { code: 'tool_arguments', message: expect.stringContaining('day:') } }
const warnings = (parts: StreamPart[]): string[] => parts.flatMap((part) => (part.type === 'warning' ? [part.id] : []))

test('wrong arguments go back with what is wrong, and get one more try beyond the cap of steps', async () => {
  const { model, text, results, finishReason } = await go([call(wrong), call(right), 'Done.'], { limits: { steps: 2 } })
  expect(results).toEqual([refusal, 'booked'])
  expect(taken).toEqual([right])
  expect([model.requests.length, text, finishReason]).toEqual([3, 'Done.', 'stop'])
  expect(JSON.stringify(model.requests[1]!.messages)).toContain('tool_arguments')
})

test('a call that was forced is forced once more, and then no longer', async () => {
  const { choices, text } = await go([call(wrong), call(right), 'Done.'], { toolChoice: { name: 'book' } })
  expect(choices).toEqual([{ name: 'book' }, { name: 'book' }, 'none'])
  expect(text).toBe('Done.')
})

test('a tool gets no second try in a row: the caps hold again', async () => {
  const { model, results, finishReason, parts } = await go([call(wrong)], { limits: { steps: 1 } })
  expect(results).toEqual([refusal, refusal])
  expect([model.requests.length, finishReason, warnings(parts)]).toEqual([2, 'limit', ['step-limit']])
})

test('a model that is wrong for ever is stopped: one step beyond the cap, whatever it writes', async () => {
  const { model, finishReason } = await go([call(wrong, wrong, 3, 'half {')], { limits: { steps: 3 } })
  expect([model.requests.length, finishReason]).toEqual([4, 'limit'])
})

test('after it took its arguments a tool may be tried again', async () => {
  const { model } = await go([call(wrong), call(right), call(wrong), call(right), 'Done.'], { limits: { steps: 3 } })
  expect(model.requests).toHaveLength(5)
})

test('failures of other kinds are no reason for it', async () => {
  const { choices } = await go([{ toolCalls: [{ name: 'nobody', arguments: {} }] }, 'Done.'], {
    toolChoice: 'required',
  })
  expect(choices).toEqual(['required', 'none'])
})

test('a call that was begun and never ended is wrong arguments', async () => {
  const half: ScriptedAnswer = {
    parts: [
      { type: 'tool-call-start', id: 'a', name: 'book' },
      { type: 'tool-call-delta', id: 'a', delta: '{"day":"20' },
      {
        type: 'finish',
        finishReason: 'stop',
        usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
      },
    ],
  }
  const { results, text } = await go([half, call(right), 'Done.'])
  expect(results).toEqual([
    { error: { code: 'tool_arguments', message: expect.stringContaining('not valid JSON') } },
    'booked',
  ])
  expect(text).toBe('Done.')
})

test('an answer that was cut off in a call is only shorter', async () => {
  const cut: ScriptedAnswer = {
    parts: [
      { type: 'text-delta', text: 'Let me book' },
      { type: 'tool-call-start', id: 'a', name: 'book' },
      { type: 'tool-call-delta', id: 'a', delta: '{"day":"20' },
      {
        type: 'finish',
        finishReason: 'length',
        usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
      },
    ],
  }
  const { results, finishReason } = await go([cut])
  expect([results, finishReason]).toEqual([[], 'length'])
})

test('two calls that are open at once with one id stay two', async () => {
  const id = 'same'
  const both: ScriptedAnswer = {
    parts: [
      { type: 'tool-call-start', id, name: 'book' },
      { type: 'tool-call-start', id, name: 'book' },
      { type: 'tool-call-end', id, name: 'book', arguments: right },
      { type: 'tool-call-end', id, name: 'book', arguments: { day: '2027-01-02' } },
      {
        type: 'finish',
        finishReason: 'tool-calls',
        usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
      },
    ],
  }
  const { parts } = await go([both, 'Done.'])
  const ids = (type: StreamPart['type']) =>
    parts.flatMap((part) => (part.type === type && 'id' in part ? [part.id] : []))
  for (const type of ['tool-call-start', 'tool-call-end', 'tool-result'] as const)
    expect([type, ids(type)]).toEqual([type, ['same', 'same_2']])
})
