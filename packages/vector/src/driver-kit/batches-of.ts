import type { VectorRecord } from '@rt/core'

const RECORDS = 1024
/** About: vectors and texts. */
const BYTES: number = 8 * 1024 * 1024

/** Cuts a stream of records into arrays worth a transaction. The next is read when the one before is taken. */
export async function* batchesOf(
  records: Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
): AsyncGenerator<VectorRecord[]> {
  let batch: VectorRecord[] = []
  let bytes = 0
  for await (const record of records) {
    batch.push(record)
    bytes += (record.vector?.byteLength ?? 0) + 2 * (record.text?.length ?? 0)
    if (batch.length < RECORDS && bytes < BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length) yield batch
}
