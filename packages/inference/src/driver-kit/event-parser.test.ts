import { expect, it } from 'vitest'
import { createEventParser } from './event-parser.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

it('gives the events that a piece completes, together', () => {
  const parse = createEventParser()
  expect(parse(bytes('data: 1\n\ndata: 2\n\nda'))).toEqual([{ data: '1' }, { data: '2' }])
  expect(parse(bytes('ta: 3\r'))).toEqual([])
  expect(parse(bytes('\n\r'))).toEqual([{ data: '3' }])
  expect(parse(bytes('\ndata: 4\r\n\r\n'))).toEqual([{ data: '4' }])
})

it('names an event, and forgets the name of one without data', () => {
  const parse = createEventParser()
  expect(parse(bytes('event: error\ndata: {}\n\nevent: ping\n\ndata: x\n\n'))).toEqual([
    { name: 'error', data: '{}' },
    { data: 'x' },
  ])
})
