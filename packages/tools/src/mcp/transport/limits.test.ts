import { Readable } from 'node:stream'
import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createFlowLimit, MAX_MESSAGE_BYTES } from './flow-limit.ts'
import { limitBody } from './limit-body.ts'
import { createLineReader } from './line-reader.ts'

const stream = (chunks: Uint8Array[]): ReadableStream => Readable.toWeb(Readable.from(chunks)) as ReadableStream

test('a burst passes, a flood does not, and what is steady passes for ever', async () => {
  const clock = createFakeClock()
  const burst = createFlowLimit('x', clock)
  for (let i = 0; i < 5_000; i++) burst(1, 100)
  expect(() => burst(1, 100)).toThrow(/more than anybody can read/)
  const steady = createFlowLimit('x', clock)
  for (let second = 0; second < 100; second++) {
    steady(500, 8 * 1024 * 1024)
    await clock.advance(1_000)
  }
  expect(() => createFlowLimit('x', clock)(1, 65 * 1024 * 1024)).toThrow(/more than anybody can read/)
})

test('lines are put together from pieces, and one that is too long ends it', () => {
  const lines: string[] = []
  let long = 0
  const read = createLineReader(8, { onLine: (line) => lines.push(line), onLong: () => long++ })
  const bytes = Buffer.from('añb\n\n12345678\n123')
  for (const byte of bytes) read(Uint8Array.of(byte))
  expect(lines).toEqual(['añb', '', '12345678'])
  read(Buffer.from('456789\nmore\n'))
  expect([lines.length, long]).toEqual([3, 1])
})

test.each([
  ['application/json', 'x'],
  ['text/event-stream', 'data: x'],
])('%s: a body with one message that is too long ends with an error', async (type, piece) => {
  const chunk = piece.repeat(1024 * 1024)
  const pieces = Math.ceil(MAX_MESSAGE_BYTES / chunk.length) + 1
  const errors: unknown[] = []
  const body = stream(Array.from({ length: pieces }, () => Buffer.from(chunk)))
  const response = limitBody(new Response(body, { headers: { 'content-type': type } }), {
    server: 'x',
    spend: () => {},
    onTooMuch: (error) => errors.push(error),
  })
  await expect(response.text()).rejects.toMatchObject({ code: 'mcp_unavailable' })
  expect(errors).toMatchObject([{ message: expect.stringContaining(`more than ${MAX_MESSAGE_BYTES} bytes`) }])
})

test('events may go on for long, none of them being too long', async () => {
  const spent = [0, 0]
  const event = `data: ${'x'.repeat(1024 * 1024)}\n\n`
  const body = stream(Array.from({ length: 12 }, () => Buffer.from(event)))
  const response = limitBody(new Response(body, { headers: { 'content-type': 'text/event-stream' } }), {
    server: 'x',
    spend: (messages, bytes) => void ((spent[0]! += messages), (spent[1]! += bytes)),
    onTooMuch: () => expect.unreachable(),
  })
  expect((await response.text()).length).toBe(12 * event.length)
  expect(spent).toEqual([12, 12 * event.length])
})
