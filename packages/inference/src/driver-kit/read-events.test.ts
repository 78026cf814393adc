import { expect, it } from 'vitest'
import { readEvents } from './read-events.ts'

async function* split(text: string): AsyncGenerator<Uint8Array> {
  for (const byte of new TextEncoder().encode(text)) yield Uint8Array.of(byte)
}

it.each(['\n', '\r\n', '\r'])(
  'joins the data of an event over lines that end in %j, split at every byte',
  async (end) => {
    const lines = [': comment', 'data: one', 'id: 7', 'data:zwölf', '', '', 'data: {}', '', 'data: never ended']
    expect(await Array.fromAsync(readEvents(split(lines.join(end) + end)))).toEqual(['one\nzwölf', '{}'])
  },
)
