import type { Metric, RtError } from '@rt/core'
import type { Reader } from '@rt/node/sqlite/in-thread'
import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'
import type { FilterNode } from '../../../filter/index.ts'
import type { Bitmap, FlatIndex, SlotHits } from '../../../indexes/types.ts'
import { type BlockRow, readBlock } from '../blocks.ts'
import { noCollection } from '../../../driver-kit/check-collection.ts'
import { createPlainIndex } from './plain-index.ts'
import type { CollectionIdentity } from './protocol.ts'
import { createSlotFilter } from './slot-filter.ts'

/** Bytes of vectors taken over between two turns of the event loop, about. */
const SLICE_BYTES = 4 * 1024 * 1024
/** More than this is loaded in slices before a search, and not inside of it. */
const INLINE_BLOCKS = 16

const NOTHING: SlotHits = { slots: new Uint32Array(), raw: new Float64Array() }

export interface CollectionState {
  /** Grows with every write. */
  version: number
  /** Undefined until the first vector or stamp. */
  dimensions: number | undefined
  metric: Metric
}

/** One collection in the memory of the search thread. Everything but `load` runs inside a read transaction. */
export interface LoadedCollection extends CollectionIdentity, Disposable {
  readonly state: CollectionState
  /** Undefined while there is no vector. */
  readonly flat: FlatIndex | undefined
  /** Record number of a slot; 0 = free. */
  recordAt(slot: number): number
  /** What is true of it now; undefined when it was dropped. */
  readState(): CollectionState | undefined
  /** Takes over what was written. False when that is much and `force` is not set: then `load` comes first. */
  refresh(force: boolean): boolean
  /** Takes over what was written, slice by slice; those who wait together share one load. */
  load(): Promise<void>
  /** The nearest vectors, best first; with `only`, among those. */
  nearest(vector: Float32Array, k: number, only: Bitmap | undefined): SlotHits
  slotsMatching(filter: FilterNode): Bitmap
  missing(): RtError
}

export const createLoadedCollection = (reader: Reader, { id, name }: CollectionIdentity): LoadedCollection => {
  let state: CollectionState = { version: 0, dimensions: undefined, metric: 'cosine' }
  let dataVersion: number | undefined
  /** Of the collection, up to which blocks were taken over. */
  let version = 0
  let flat: FlatIndex | undefined
  let records = new Float64Array(0)
  let loading: Promise<void> | undefined
  const slotFilter = createSlotFilter(reader, id)
  const missing = (): RtError => noCollection(name)

  const readState = (): CollectionState | undefined => {
    const now = reader.prepare('PRAGMA data_version').get<{ data_version: number }>()!.data_version
    if (now === dataVersion) return state
    const row = reader
      .prepare('SELECT version, dimensions, metric FROM vector_collections WHERE id = ?')
      .get<{ version: number; dimensions: number | null; metric: Metric | null }>(id)
    if (!row) return undefined
    dataVersion = now
    return (state = {
      version: row.version,
      dimensions: row.dimensions ?? undefined,
      metric: row.metric ?? 'cosine',
    })
  }

  const take = (row: BlockRow): void => {
    const { dimensions, metric } = state
    const block = readBlock(row, dimensions!, name)
    const end = (row.block + 1) * BLOCK_SLOTS
    if (end > records.length) records = grown(records, end)
    records.set(block.records, row.block * BLOCK_SLOTS)
    flat ??= createPlainIndex(dimensions!, metric)
    flat.setBlock(
      row.block,
      block.vectors,
      Uint8Array.from(block.records, (record) => (record ? 1 : 0)),
    )
  }

  const blocksSince = (after: number, limit: number): BlockRow[] =>
    reader
      .prepare(
        `SELECT b.block, b.records, b.checksums, d.vectors FROM vector_blocks b JOIN vector_data d ON d.id = b.id
         WHERE b.collection = ? AND b.version > ? AND b.block > ? ORDER BY b.block LIMIT ?`,
      )
      .all<BlockRow>(id, version, after, limit)

  const load = async (): Promise<void> => {
    // Later slices may be newer than the first: then too little is claimed, and those blocks are read once more.
    let seen: number | undefined
    for (let after = -1; ;) {
      reader.begin()
      try {
        if (!readState()) throw missing()
        seen ??= state.version
        const limit = Math.max(1, Math.floor(SLICE_BYTES / (BLOCK_SLOTS * 4 * (state.dimensions ?? 1))))
        const rows = blocksSince(after, limit)
        rows.forEach(take)
        if (rows.length < limit) break
        after = rows.at(-1)!.block
      } finally {
        reader.end()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    version = seen
  }

  return {
    id,
    name,
    get state() {
      return state
    },
    get flat() {
      return flat
    },
    recordAt: (slot) => records[slot] ?? 0,
    readState,
    refresh(force) {
      if (state.version === version) return true
      if (loading) return false
      if (!force) {
        const changed = reader
          .prepare('SELECT count(*) AS n FROM vector_blocks WHERE collection = ? AND version > ?')
          .get<{ n: number }>(id, version)!.n
        if (changed > INLINE_BLOCKS) return false
      }
      blocksSince(-1, -1).forEach(take)
      version = state.version
      return true
    },
    load: () => (loading ??= load().finally(() => (loading = undefined))),
    nearest: (vector, k, only) => flat?.search(vector, k, only) ?? NOTHING,
    slotsMatching: (filter) => slotFilter.matching(filter, state.version),
    missing,
    [Symbol.dispose]: () => flat?.[Symbol.dispose](),
  }
}

const grown = (old: Float64Array<ArrayBuffer>, least: number): Float64Array<ArrayBuffer> => {
  const bigger = new Float64Array(Math.max(least, Math.ceil(old.length * 1.5)))
  bigger.set(old)
  return bigger
}
