import {
  type CallOptions,
  type CollectionInfo,
  type CollectionStamp,
  recordFromJson,
  RtError,
  type VectorCollection,
  type VectorRecord,
} from '@rt/core'
import { EXPORT_FORMAT } from './export-collection.ts'

export interface ImportOptions extends CallOptions {
  /**
   * What becomes of a record whose id is there: `replace` (default), or `skip`, which takes up an import that was
   * interrupted without storing again what is there.
   */
  existing?: 'replace' | 'skip'
  /** Called for each batch that is stored. */
  onProgress?: (progress: ImportReport) => void
}

export interface ImportReport {
  /** Lines read, empty ones too. */
  lines: number
  /** Records stored. */
  records: number
  /** Records that were there: with `existing: 'skip'`. */
  skipped: number
}

/** Records read before they are stored together. */
const BATCH = 1024

/**
 * Puts lines as `exportCollection` writes them into a collection, which may be of another store. The line about the
 * collection may be missing. What was stored before a line that is wrong stays: mend it and import again.
 *
 * @throws RtError `invalid_request` naming the line; `stamp_mismatch` when the vectors are of another embedder.
 */
export const importCollection = async (
  collection: VectorCollection,
  lines: Iterable<string> | AsyncIterable<string>,
  { existing = 'replace', onProgress, ...call }: ImportOptions = {},
): Promise<ImportReport> => {
  const report: ImportReport = { lines: 0, records: 0, skipped: 0 }
  let batch: { record: VectorRecord; line: number }[] = []
  const store = async (): Promise<void> => {
    if (!batch.length) return
    const ids = batch.map(({ record }) => record.id)
    const there = new Set(existing === 'skip' ? (await collection.get(ids, call)).map(({ id }) => id) : [])
    const fresh = batch.filter(({ record }) => !there.has(record.id))
    await upsert(collection, fresh, call)
    report.records += fresh.length
    report.skipped += batch.length - fresh.length
    batch = []
    onProgress?.({ ...report })
  }
  for await (const text of lines) {
    const line = ++report.lines
    if (text.trim() === '') continue
    const value = parse(text, line)
    if (line === 1 && isHeader(value)) checkHeader(value, await collection.describe())
    else batch.push({ record: recordFromJson(value, `line ${line}`), line })
    if (batch.length >= BATCH) await store()
  }
  await store()
  return report
}

const upsert = async (
  collection: VectorCollection,
  batch: { record: VectorRecord; line: number }[],
  call: CallOptions,
): Promise<void> => {
  if (!batch.length) return
  try {
    await collection.upsert(
      batch.map(({ record }) => record),
      call,
    )
  } catch (error) {
    if (!RtError.isInstance(error) || error.code !== 'invalid_request') throw error
    // The store names the record; whoever mends the file looks for the line.
    const wrong = batch.find(({ record }) => error.message.includes(`record ${JSON.stringify(record.id)}`))
    const { message, hint, data } = error
    throw new RtError({
      code: 'invalid_request',
      message: `${wrong ? `line ${wrong.line}` : `lines ${batch[0]!.line} to ${batch.at(-1)!.line}`}: ${message}`,
      hint,
      cause: error,
      ...(data !== undefined && { data }),
    })
  }
}

const parse = (text: string, line: number): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RtError({
      code: 'invalid_request',
      message: `line ${line} is not JSON: ${(cause as Error).message}.`,
      hint: 'Each line is one record, as exportCollection writes them.',
      cause,
    })
  }
}

const isHeader = (value: unknown): value is { format: unknown; stamp?: CollectionStamp } =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'format')

const checkHeader = ({ format, stamp }: { format: unknown; stamp?: CollectionStamp }, info: CollectionInfo): void => {
  if (format !== EXPORT_FORMAT)
    throw new RtError({
      code: 'invalid_request',
      message: `line 1 says the format is ${JSON.stringify(format)}; this version reads ${EXPORT_FORMAT}.`,
      hint: 'Export the collection again with the version that is to read it, or import with a newer one.',
    })
  const known = info.stamp
  if (!stamp || !known) return
  const differences = (['dimensions', 'metric', 'fingerprint'] as const).filter((key) => stamp[key] !== known[key])
  if (!differences.length) return
  throw new RtError({
    code: 'stamp_mismatch',
    message: `collection "${info.name}" ${differences.map((key) => `has ${key} ${known[key]}, the lines have ${stamp[key]}`).join('; ')}.`,
    hint: 'Import into a collection made with the stamp of line 1, or leave the vectors out and migrate the embedder.',
    data: { collection: info.name, stored: { ...known }, given: { ...stamp } },
  })
}
