import {
  type CallOptions,
  type Metric,
  type MoveProgress,
  RtError,
  type VectorCollection,
  type VectorRecord,
  type VectorStore,
} from '@rt/core'
import { pagesOf } from '../driver-kit/pages-of.ts'
import { differenceOf } from './difference-of.ts'

export interface PassOptions {
  source: VectorCollection
  target: VectorCollection
  /** Of the target. */
  store: VectorStore
  metric: Metric | undefined
  signal: AbortSignal | undefined
  onProgress: ((progress: MoveProgress) => void) | undefined
}

/** Goes through a whole collection, carrying records over. */
export interface Pass {
  /** All of them, into a target that is empty. */
  copy(): Promise<void>
  /** Those that differ, deleting what is only in the target; answers how many there were. */
  compare(): Promise<number>
  /** Passes made. */
  readonly count: number
  /** Looked at in the last one. */
  readonly records: number
}

/** Records a step: each is a transaction of the target. */
const STEP = 256

export const createPass = ({ source, target, store, metric, signal, onProgress }: PassOptions): Pass => {
  let count = 0
  let records = 0

  const through = async (carry: (page: VectorRecord[]) => Promise<number>): Promise<number> => {
    count++
    records = 0
    let changed = 0
    const total = await source.count({ signal })
    for await (const page of pagesOf(source, { limit: STEP, signal })) {
      changed += await carry(page)
      records += page.length
      onProgress?.({ pass: count, done: records, total: Math.max(total, records), changed })
    }
    return changed
  }

  const write = async (page: VectorRecord[]): Promise<number> => {
    await target.upsert(page, { signal })
    return page.length
  }

  const carryDifferent = async (page: VectorRecord[]): Promise<number> => {
    const found = await byId(target, page, { signal })
    const different = page.filter((record) => differenceOf(record, found.get(record.id), metric) !== undefined)
    if (!different.length) return 0
    await write(different)
    // A store that gives back other values than it was given would be written to for ever.
    if (store.capabilities.consistency === 'read-your-writes')
      checkWritten(different, await byId(target, different, { signal }))
    return different.length
  }

  const checkWritten = (written: VectorRecord[], found: Map<string, VectorRecord>): void => {
    for (const record of written) {
      const difference = differenceOf(record, found.get(record.id), metric)
      // One that is over is found by nobody.
      const isOver = record.expires !== undefined && !found.has(record.id)
      if (difference === undefined || isOver) continue
      throw new RtError({
        code: 'conflict',
        message: `${store.kind} gives record ${JSON.stringify(record.id)} back with another ${difference} than it was given.`,
        hint: 'It cannot keep these records as they are, or somebody else writes to the copy.',
        data: { store: store.kind, id: record.id, difference },
      })
    }
  }

  /** Deletions meanwhile. Whatever the source has is in the target by now: as many means the same ones. */
  const removeOthers = async (): Promise<number> => {
    if ((await source.count({ signal })) === (await target.count({ signal }))) return 0
    let removed = 0
    for await (const page of pagesOf(target, { limit: STEP, vectors: false, signal })) {
      const found = await byId(source, page, { signal })
      const gone = page.map(({ id }) => id).filter((id) => !found.has(id))
      if (gone.length) removed += await target.delete(gone, { signal })
    }
    return removed
  }

  return {
    copy: async () => void (await through(write)),
    compare: async () => (await through(carryDifferent)) + (await removeOthers()),
    get count() {
      return count
    },
    get records() {
      return records
    },
  }
}

const byId = async (
  collection: VectorCollection,
  records: VectorRecord[],
  options: CallOptions,
): Promise<Map<string, VectorRecord>> => {
  const found = await collection.get(
    records.map(({ id }) => id),
    options,
  )
  return new Map(found.map((record) => [record.id, record]))
}
