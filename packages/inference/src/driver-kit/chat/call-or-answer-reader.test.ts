import type { ModelRequest, StreamPart } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createAnswerReader } from './answer-reader.ts'

const tools = [{ name: 'now', description: '', parameters: { type: 'object' } }]
const schema = { type: 'object', properties: { days: { type: 'array', uniqueItems: true } }, required: ['days'] }
const ask = (request: Partial<ModelRequest>): ModelRequest => ({ messages: [], ...request })

const read = (request: Partial<ModelRequest>, text: string) => {
  const reader = createAnswerReader(ask(request))
  const parts: StreamPart[] = Array.from(text).flatMap((piece) => reader.push(piece).parts)
  const end = reader.end('stop')
  return { parts: [...parts, ...end.parts], finishReason: end.finishReason }
}
const textOf = (parts: StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')

describe('a call or an answer', () => {
  const both = { tools, output: { type: 'json' as const, schema } }

  it('reads a call', () => {
    const { parts, finishReason } = read(both, '{"name":"now","arguments":{"a":1}}')
    expect(finishReason).toBe('tool-calls')
    expect(textOf(parts)).toBe('')
    expect(parts.at(-1)).toMatchObject({ type: 'tool-call-end', name: 'now', arguments: { a: 1 } })
  })

  it('reads an answer, also one that begins like a call', () => {
    for (const text of ['{"days":[1]}', '{"name":"nowhere","days":[]}']) {
      const { parts, finishReason } = read(both, text)
      expect([textOf(parts), finishReason]).toEqual([text, 'stop'])
    }
  })

  it('streams the answer as soon as it can be no call', () => {
    const reader = createAnswerReader(ask(both))
    expect(reader.push('{"').parts).toEqual([])
    expect(reader.push('days').parts).toEqual([{ type: 'text-delta', text: '{"days' }])
    expect(reader.push('":').parts).toEqual([{ type: 'text-delta', text: '":' }])
  })

  it('refuses what is cut before it is either', () => {
    const reader = createAnswerReader(ask(both))
    reader.push('{"na')
    expect(() => reader.end('length')).toThrow(expect.objectContaining({ code: 'model_output' }))
  })
})

describe('JSON output', () => {
  it('is held to its schema where the grammar could not hold it', () => {
    const output = { type: 'json' as const, schema }
    expect(() => read({ output }, '{"days":[1,1]}')).toThrow(
      expect.objectContaining({
        code: 'model_output',
        retryable: true,
        message: expect.stringContaining('at /days: "uniqueItems"'),
        data: expect.objectContaining({ path: '/days', keyword: 'uniqueItems' }),
      }),
    )
    expect(read({ output }, '{"days":[1,2]}').finishReason).toBe('stop')
  })
})
