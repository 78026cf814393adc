import { createEventParser } from './event-parser.ts'

/**
 * The `data` of server-sent events, as they come: lines that end in LF, CRLF or CR, in pieces of any size.
 */
export async function* readEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const parse = createEventParser()
  for await (const piece of pieces) for (const { data } of parse(piece)) yield data
}
