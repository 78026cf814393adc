import { type CallOptions, throwIfAborted, type VectorCollection, type VectorRecord, withSpan } from '@rt/core'
import { writeBatches } from './write-batches.ts'

/** `upsert` of a store that can store an array. */
export const upsertRecords = async (
  collection: string,
  records: Parameters<VectorCollection['upsert']>[0],
  store: (batch: VectorRecord[]) => Promise<void>,
  options: CallOptions = {},
): Promise<void> => {
  throwIfAborted(options.signal)
  await withSpan(options.span, 'vector.upsert', { 'rt.vector.collection': collection }, async (span) => {
    let count = 0
    const write = async (batch: VectorRecord[]): Promise<void> => {
      count += batch.length
      await store(batch)
    }
    // Copied by `store` before anything is waited for: the array is the caller's again.
    if (Array.isArray(records)) await write(records)
    else await writeBatches(records, write, options)
    span.set({ 'rt.vector.records': count })
  })
}
