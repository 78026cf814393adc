import { collect, createMessage, inputTokens, type ModelRequest, type StreamPart, type ToolSpec } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel
beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2())
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const draw: ToolSpec = {
  name: 'draw_lots',
  description: 'Draws the given numbers',
  parameters: {
    type: 'object',
    properties: {
      first: { type: 'integer', minimum: 0, maximum: 9999 },
      note: { type: 'string', maxLength: 8 },
    },
    required: ['first', 'note'],
    additionalProperties: false,
  },
}
const text = 'Please draw a number between 0 and 9999 and write a short note about it. '
const ask = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [createMessage('system', 'You call tools.'), createMessage('user', text.repeat(3))],
  tools: [draw],
  toolChoice: 'required',
  ...more,
})
const read = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
const callOf = (parts: StreamPart[]): Extract<StreamPart, { type: 'tool-call-end' }> => {
  const call = parts.find((part) => part.type === 'tool-call-end')
  expect(call, JSON.stringify(parts)).toBeDefined()
  return call!
}
const usageOf = (parts: StreamPart[]) => {
  const last = parts.at(-1)
  expect(last, JSON.stringify(parts)).toMatchObject({ type: 'finish' })
  return last!.type === 'finish' ? last.usage : expect.fail()
}

test('only the arguments are written again: the same call, from the cache, within the schema', async () => {
  const first = await read(model.stream(ask({ cacheKey: 'again' })))
  const call = callOf(first)
  const prompt = inputTokens(usageOf(first))
  for (let n = 0; n < 2; n++) {
    const parts = await read(model.redecode(call.id))
    expect(parts.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])).toEqual([
      'start',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'usage',
      'finish',
    ])
    const again = callOf(parts)
    expect(again).toMatchObject({ id: call.id, name: call.name })
    const deltas = parts.map((part) => (part.type === 'tool-call-delta' ? part.delta : '')).join('')
    expect(JSON.parse(deltas)).toEqual(again.arguments)
    expect(Object.keys(again.arguments as object)).toEqual(['first', 'note'])
    // Of the prompt nothing, of the answer what stands before the arguments is at hand.
    expect(usageOf(parts).input).toBeLessThan(prompt / 4)
    expect(usageOf(parts).output).toBeGreaterThan(3)
  }
})

test('tries differ, and a seed repeats them', async () => {
  const tries = async (): Promise<string[]> => {
    const { id } = callOf(await read(model.stream(ask({ sampling: { temperature: 0, seed: 5 } }))))
    const said: string[] = []
    for (let n = 0; n < 3; n++) said.push(JSON.stringify(callOf(await read(model.redecode(id))).arguments))
    return said
  }
  const once = await tries()
  expect(new Set(once).size).toBeGreaterThan(1)
  expect(await tries()).toEqual(once)
})

test('other answers may have used the sequence meanwhile', async () => {
  const { id } = callOf(await read(model.stream(ask())))
  const others = Array.from({ length: 4 }, (_, n) =>
    collect(
      model.stream({ messages: [createMessage('user', `${n} `.repeat(9))], maxOutputTokens: 2, principal: `p${n}` }),
    ),
  )
  await Promise.all(others)
  expect(Object.keys(callOf(await read(model.redecode(id))).arguments as object)).toEqual(['first', 'note'])
})

test('a call nobody wrote is refused, and so is one of answers long past', async () => {
  const refused = [{ type: 'start' }, { type: 'error', error: { code: 'not_found' } }]
  expect(await read(model.redecode('call_none'))).toMatchObject(refused)
})

test('a caller that gives up gets an abort', async () => {
  const { id } = callOf(await read(model.stream(ask())))
  const caller = new AbortController()
  const parts: StreamPart[] = []
  for await (const part of model.redecode(id, { signal: caller.signal })) {
    parts.push(part)
    if (part.type === 'tool-call-delta') caller.abort()
  }
  expect(parts.at(-1)?.type).toBe('abort')
})
