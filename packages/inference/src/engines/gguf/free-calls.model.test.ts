import { createMessage, type ModelRequest, type StreamPart, type ToolSpec } from '@rt/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createJsonValidator } from '../../driver-kit/schema/validate-json.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel
beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2({ contextTokens: 2048 }))
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const book: ToolSpec = {
  name: 'book_table',
  description: 'Books a table',
  parameters: {
    type: 'object',
    properties: {
      day: { type: 'string', format: 'date' },
      guests: { type: 'integer', minimum: 1, maximum: 12 },
      area: { enum: ['terrace', 'bar', 'window'] },
    },
    required: ['day', 'guests', 'area'],
    additionalProperties: false,
  },
}
/** As a turn of its own: small models go on as the conversation began. */
const example = (form: string): ModelRequest['messages'] => [
  createMessage('system', `You call tools. To call one, answer only with ${form}`),
  createMessage('user', 'Book a table for new year.'),
  createMessage('assistant', form),
  createMessage('user', 'Book a table for new year, again.'),
]
const ask = async (form: string, more: Partial<ModelRequest> = {}): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  const request: ModelRequest = {
    messages: example(form),
    tools: [book],
    maxOutputTokens: 120,
    sampling: { temperature: 0, repeatPenalty: 1 },
    ...more,
  }
  for await (const part of model.stream(request)) parts.push(part)
  return parts
}
const ends = (parts: StreamPart[]) => parts.flatMap((part) => (part.type === 'tool-call-end' ? [part] : []))
const deltas = (parts: StreamPart[]) => parts.flatMap((part) => (part.type === 'tool-call-delta' ? [part.delta] : []))
const isValid = createJsonValidator(book.parameters)

describe('a call the model chose to make', () => {
  // What it is shown to write is wrong in every way: other keys, kinds and values.
  test.each([
    ['compact', '{"name":"book_table","arguments":{"when":"soon","guests":"many"}}'],
    ['in marks', '<tool_call>\n{"name": "book_table", "arguments": {"when": "soon"}}\n</tool_call>'],
    ['with text as arguments', '{"name": "book_table", "arguments": "{\\"guests\\": 99}"}'],
  ])('%s: what it takes is what its tool takes, token by token', async (_name, form) => {
    const parts = await ask(form)
    const [call, ...others] = ends(parts)
    expect(call, JSON.stringify(parts)).toMatchObject({ name: 'book_table' })
    expect(others).toEqual([])
    expect(isValid(call!.arguments)).toBeUndefined()
    expect(JSON.parse(deltas(parts).join(''))).toEqual(call!.arguments)
    expect(deltas(parts).length).toBeGreaterThan(5)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' })
  })

  test('can be written again, like one that was forced', async () => {
    const [call] = ends(await ask('{"name": "book_table", "arguments": {"when": "soon"}}'))
    const again: StreamPart[] = []
    for await (const part of model.redecode(call!.id)) again.push(part)
    expect(isValid(ends(again)[0]!.arguments)).toBeUndefined()
  })

  test('a tool whose schema cannot be compiled is called all the same, and that is said', async () => {
    const odd = { ...book, parameters: { type: 'object', properties: { day: { type: 'string', pattern: 3 } } } }
    const parts = await ask('{"name": "book_table", "arguments": {"day": "soon"}}', { tools: [odd] })
    expect(parts.flatMap((part) => (part.type === 'warning' ? [part.id] : []))).toEqual(['schema-relaxed'])
    expect(ends(parts)).toMatchObject([{ arguments: { day: 'soon' } }])
  })
})
