import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import {
  type CollectionInfo,
  type CollectionOptions,
  type CollectionStamp,
  recordFromJson,
  recordToJson,
  RtError,
  throwIfAborted,
  type VectorRecord,
} from '@rt/core'

/** What the first line of an export says of its collection. */
export interface RecordFileHead {
  name: string
  stamp?: CollectionStamp
  options?: CollectionOptions
}

/** A collection as JSON Lines: what it is, then a record a line. */
export async function* writeRecordFile(
  { name, stamp, options }: CollectionInfo,
  records: AsyncIterable<VectorRecord>,
): AsyncGenerator<string> {
  const line = (value: object): string => `${JSON.stringify(value)}\n`
  let lines = line({ collection: { name, stamp, options } satisfies RecordFileHead })
  for await (const record of records) {
    lines += line(recordToJson(record))
    if (lines.length < ENOUGH) continue
    yield lines
    lines = ''
  }
  yield lines
}

const ENOUGH = 65_536

export interface RecordFile {
  head: RecordFileHead | undefined
  /** To be read once. */
  records: AsyncGenerator<VectorRecord>
}

/** Reads an export, or any file with a record a line. `-` is standard input, which is closed when `signal` fires. */
export const readRecordFile = async (file: string, signal: AbortSignal): Promise<RecordFile> => {
  const lines = parsedLines(file, signal)
  const first = await lines.next()
  const head = first.done ? undefined : headOf(first.value)
  return { head, records: recordsOf(lines, head || first.done ? undefined : first.value) }
}

// ---

interface Line {
  value: unknown
  where: string
}

async function* recordsOf(lines: AsyncGenerator<Line>, first: Line | undefined): AsyncGenerator<VectorRecord> {
  if (first) yield recordFromJson(first.value, first.where)
  for await (const { value, where } of lines) yield recordFromJson(value, where)
}

const headOf = ({ value, where }: Line): RecordFileHead | undefined => {
  if (typeof value !== 'object' || value === null || !('collection' in value)) return undefined
  const { collection } = value
  if (typeof collection === 'object' && collection !== null && 'name' in collection) return collection as RecordFileHead
  throw invalid(where, 'says nothing of the collection')
}

async function* parsedLines(file: string, signal: AbortSignal): AsyncGenerator<Line> {
  // Whoever reads may not ask for the next piece any more; left open, an input would keep the process alive.
  const source = addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let open = ''
  let number = 0
  const parse = (text: string): Line => {
    const where = `line ${number}`
    try {
      return { value: JSON.parse(text), where }
    } catch (cause) {
      throw invalid(where, 'is not valid JSON', cause)
    }
  }
  try {
    for await (const chunk of source) {
      const [first = '', ...others] = decode(decoder, chunk as Uint8Array, number + 1).split('\n')
      open += first
      for (const next of others) {
        number++
        if (open.trim() !== '') yield parse(open)
        open = next
      }
    }
  } catch (error) {
    throwIfAborted(signal)
    throw RtError.isInstance(error) ? error : unreadable(file, error as NodeJS.ErrnoException)
  }
  number++
  if (open.trim() !== '') yield parse(open)
}

const decode = (decoder: TextDecoder, chunk: Uint8Array, line: number): string => {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch (cause) {
    throw invalid(`line ${line} or a later one`, 'is not valid UTF-8', cause)
  }
}

const invalid = (where: string, why: string, cause?: unknown): RtError =>
  new RtError({
    code: 'invalid_json',
    message: `${where} ${why}.`,
    hint: 'A file of records has one JSON object a line: {"id":"a","text":"…","vector":[…]}.',
    cause,
  })

const unreadable = (file: string, error: NodeJS.ErrnoException): RtError =>
  error.code === 'ENOENT'
    ? new RtError({
        code: 'not_found',
        message: `there is no file "${file}".`,
        hint: 'Name a file of records, or - for standard input.',
        cause: error,
      })
    : new RtError({
        code: 'invalid_request',
        message: `"${file}" cannot be read: ${error.message}.`,
        hint: 'Name a file of records, or - for standard input.',
        cause: error,
      })
