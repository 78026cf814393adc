import { type RecordJson, recordToJson, type SerializedRtError, type VectorRecord } from '@rt/core'
import type { Vectors } from './schemas/records.ts'
import { toLine } from './to-line.ts'

/** A line of `POST /rt/collections/NAME/export`; the last one is the end or an error. */
export type RecordLine =
  | { type: 'record'; record: RecordJson }
  | { type: 'end'; records: number }
  | { type: 'error'; error: SerializedRtError }

export const encodeRecord = (record: VectorRecord, vectors: Vectors): RecordJson => {
  const { vector, ...rest } = record
  if (!vector || vectors === false) return recordToJson(rest)
  return vectors === 'numbers' ? { ...recordToJson(rest), vector: Array.from(vector) } : recordToJson(record)
}

/** Records as lines, taken from their store as fast as they are read. */
export async function* recordLines(
  records: AsyncIterable<VectorRecord>,
  { vectors, toClient }: { vectors: Vectors; toClient: (error: unknown) => SerializedRtError },
): AsyncGenerator<string> {
  const line = (value: RecordLine): string => toLine(value)
  let count = 0
  try {
    let lines = ''
    for await (const record of records) {
      lines += line({ type: 'record', record: encodeRecord(record, vectors) })
      count++
      // A chunk a record would be a write of the socket each.
      if (lines.length < ENOUGH) continue
      yield lines
      lines = ''
    }
    yield lines + line({ type: 'end', records: count })
  } catch (error) {
    yield line({ type: 'error', error: toClient(error) })
  }
}

const ENOUGH = 65_536
