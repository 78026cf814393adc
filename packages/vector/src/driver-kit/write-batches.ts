import { abortable, type CallOptions, throwIfAborted, type VectorRecord } from '@rt/core'
import { createPacer } from './pacer.ts'

const RECORDS = 1024
/** About: vectors and texts. */
const BYTES: number = 8 * 1024 * 1024

/**
 * Stores a stream of records in arrays worth a transaction. While one is stored the next is read, and no more: a source
 * is never ahead by more than two.
 */
export const writeBatches = async (
  records: Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
  write: (batch: VectorRecord[]) => Promise<void>,
  { signal }: Pick<CallOptions, 'signal'>,
): Promise<void> => {
  const source = open(records)
  let done = false
  let writing: Promise<void> = Promise.resolve()
  try {
    const pace = createPacer(signal)
    while (!done) {
      const batch: VectorRecord[] = []
      for (let bytes = 0; !done && batch.length < RECORDS && bytes < BYTES;) {
        throwIfAborted(signal)
        const next = await abortable(Promise.resolve(source.next()), signal)
        done = next.done === true
        if (next.done) break
        batch.push(next.value)
        bytes += (next.value?.vector?.byteLength ?? 0) + 2 * (next.value?.text?.length ?? 0)
        const pause = pace()
        if (pause) await pause
      }
      await writing
      writing = batch.length ? write(batch) : Promise.resolve()
      // Told by the next `await writing`; until then it has a listener.
      writing.catch(() => {})
    }
    await writing
  } catch (error) {
    // Not waited for: a source that hangs would hang this too.
    if (!done) Promise.resolve(source.return?.()).catch(() => {})
    await writing.catch(() => {})
    throw error
  }
}

const open = (
  records: Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
): Iterator<VectorRecord> | AsyncIterator<VectorRecord> =>
  Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]()
