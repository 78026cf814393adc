import { recordFromJson, RtError, type VectorRecord } from '@rt/core'
import type { AppSettings } from '../../app-options.ts'
import { checkDepth, tooLarge } from '../../middleware/read-json.ts'

type Limits = Pick<AppSettings, 'maxBodyBytes' | 'maxJsonDepth'>

/**
 * The records of a body of JSON Lines, read as fast as they are stored. The limit of a body holds for each line.
 *
 * @throws RtError `invalid_request` or `invalid_json` naming the line; what came before it may be stored.
 */
export async function* readRecordLines(request: Request, limits: Limits): AsyncGenerator<VectorRecord> {
  let number = 0
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const bytes of splitLines(chunksOf(request), limits.maxBodyBytes)) {
    number++
    const where = `line ${number}`
    const text = decode(decoder, bytes, where)
    if (text.trim() !== '') yield recordFromJson(parse(text, where, limits.maxJsonDepth), where)
  }
}

/** Lines as bytes: half a character never reaches the decoder. A long line is put together once. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = []
  let size = 0
  const keep = (piece: Uint8Array): void => {
    size += piece.byteLength
    if (size > limit) throw tooLarge(limit)
    open.push(piece)
  }
  const take = (): Uint8Array => {
    const [only] = open
    const line = open.length === 1 && only ? only : joined(open, size)
    open = []
    size = 0
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end))
      yield take()
      start = end + 1
    }
    if (start < chunk.byteLength) keep(chunk.subarray(start))
  }
  if (size > 0) yield take()
}

const NEWLINE = 0x0a

const joined = (pieces: Uint8Array[], size: number): Uint8Array => {
  const line = new Uint8Array(size)
  pieces.reduce((offset, piece) => (line.set(piece, offset), offset + piece.byteLength), 0)
  return line
}

async function* chunksOf({ body }: Request): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) yield chunk
  } catch (error) {
    throw new RtError({ code: 'aborted', message: 'the body did not arrive whole.', cause: error })
  }
}

const decode = (decoder: TextDecoder, bytes: Uint8Array, where: string): string => {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new RtError({ code: 'invalid_json', message: `${where} is not valid UTF-8.`, hint: HINT, cause })
  }
}

const parse = (text: string, where: string, depth: number): unknown => {
  checkDepth(text, depth)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RtError({ code: 'invalid_json', message: `${where} is not valid JSON.`, hint: HINT, cause })
  }
}

const HINT = 'Send one record a line: {"id":"a","text":"…","vector":[…]}.'
