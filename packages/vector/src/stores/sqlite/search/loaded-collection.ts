import type { CollectionOptions, Metric, RtError } from '@rt/core'
import type { Reader } from '@rt/node/sqlite/in-thread'
import { noCollection } from '../../../driver-kit/check-collection.ts'
import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'
import type { FilterNode } from '../../../filter/index.ts'
import { type Bitmap, createFlat, type FlatIndex, type FlatKernel } from '../../../indexes/index.ts'
import { type BlockRow, corrupt, readBlock } from '../blocks.ts'
import { type CollectionRow, type FullOptions, optionsOf } from '../collection-row.ts'
import type { AttachedGraph } from './attached-graph.ts'
import { createEndedSlots } from './ended-slots.ts'
import type { CollectionIdentity } from './protocol.ts'
import { createSlotFilter } from './slot-filter.ts'
import { createSlotStamps, type SlotStamps } from './slot-stamps.ts'

/** Bytes of vectors taken over between two turns of the event loop, about. */
const SLICE_BYTES = 4 * 1024 * 1024
/** More than this is loaded in slices before a search, and not inside of it. */
const INLINE_BLOCKS = 16

export interface CollectionState {
  /** Grows with every write. */
  version: number
  uuid: string
  /** Undefined until the first vector or stamp. */
  dimensions: number | undefined
  metric: Metric
  options: FullOptions & CollectionOptions
}

/** One collection in the memory of the search thread. Everything but `load` runs inside a read transaction. */
export interface LoadedCollection extends CollectionIdentity, Disposable {
  readonly state: CollectionState
  /** Undefined while there is no vector. */
  readonly flat: FlatIndex | undefined
  readonly stamps: SlotStamps
  /** Whether all of it was taken over once. */
  readonly isLoaded: boolean
  /** Slots that were written or freed since it was loaded. */
  readonly changes: number
  graph: AttachedGraph | undefined
  /** What is true of it now; undefined when it was dropped. */
  readState(): CollectionState | undefined
  /** Takes over what was written. False when that is much and `force` is not set: then `load` comes first. */
  refresh(force: boolean): boolean
  /** Takes over what was written, slice by slice; those who wait together share one load. */
  load(): Promise<void>
  /** Whether a filter is asked for the first time since the last write. */
  isNewFilter(filter: FilterNode): boolean
  /** The slots a search may find; undefined: all. */
  allowed(filter: FilterNode | undefined, now: number): Bitmap | undefined
  missing(): RtError
}

export const createLoadedCollection = (
  reader: Reader,
  kernel: FlatKernel,
  { id, name }: CollectionIdentity,
): LoadedCollection => {
  let state: CollectionState | undefined
  let dataVersion: number | undefined
  /** Of the collection, up to which blocks were taken over. */
  let version = 0
  let flat: FlatIndex | undefined
  let graph: AttachedGraph | undefined
  let changes = 0
  let loading: Promise<void> | undefined
  let counted = false
  const stamps = createSlotStamps()
  const slotFilter = createSlotFilter(reader, { id, name }, stamps)
  const ended = createEndedSlots(reader, id)
  const missing = (): RtError => noCollection(name)

  const readState = (): CollectionState | undefined => {
    const now = reader.prepare('PRAGMA data_version').get<{ data_version: number }>()!.data_version
    if (now === dataVersion) return state
    const row = reader.prepare('SELECT * FROM vector_collections WHERE id = ?').get<CollectionRow>(id)
    dataVersion = now
    state = row && {
      version: row.version,
      uuid: row.uuid,
      dimensions: row.dimensions ?? undefined,
      metric: row.metric ?? 'cosine',
      options: optionsOf(row),
    }
    return state
  }

  const take = (row: BlockRow): void => {
    const { dimensions, metric } = state!
    const block = readBlock(row, dimensions!, name)
    flat ??= createFlat({ dimensions: dimensions!, metric, kernel })
    flat.setBlock(
      row.block,
      block.vectors,
      Uint8Array.from(block.records, (record) => (record ? 1 : 0)),
    )
    stamps.setBlock(block, (slot, used) => {
      changes++
      graph?.changed(slot, used)
    })
  }

  const blocksSince = (after: number, limit: number): BlockRow[] =>
    reader
      .prepare(
        `SELECT b.block, b.records, b.checksums, d.vectors FROM vector_blocks b JOIN vector_data d ON d.id = b.id
         WHERE b.collection = ? AND b.version > ? AND b.block > ? ORDER BY b.block LIMIT ?`,
      )
      .all<BlockRow>(id, version, after, limit)

  /** All of them, by the index of versions. */
  const changedBlocks = (): BlockRow[] =>
    reader
      .prepare(
        `SELECT b.block, b.records, b.checksums, d.vectors FROM vector_blocks b JOIN vector_data d ON d.id = b.id
         WHERE b.collection = ? AND b.version > ?`,
      )
      .all<BlockRow>(id, version)

  const load = async (): Promise<void> => {
    // Later slices may be newer than the first: then too little is claimed, and those blocks are read once more.
    let seen: number | undefined
    for (let after = -1; ;) {
      reader.begin()
      try {
        const now = readState()
        if (!now) throw missing()
        seen ??= now.version
        const limit = Math.max(1, Math.floor(SLICE_BYTES / (BLOCK_SLOTS * 4 * (now.dimensions ?? 1))))
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

  /** Once, when all was taken over: a damaged row could hide a block, and a damaged block a vector. */
  const count = (): void => {
    if (counted) return
    const { n } = reader
      .prepare('SELECT count(*) AS n FROM vector_records WHERE collection = ? AND slot IS NOT NULL')
      .get<{ n: number }>(id)!
    const present = flat?.size ?? 0
    if (present !== n) throw corrupt(name, `${n} records have a vector, and ${present} are there`)
    counted = true
  }

  return {
    id,
    name,
    get state() {
      return state!
    },
    get flat() {
      return flat
    },
    stamps,
    get isLoaded() {
      return version > 0
    },
    get changes() {
      return changes
    },
    get graph() {
      return graph
    },
    set graph(next) {
      graph?.[Symbol.dispose]()
      graph = next
    },
    readState,
    refresh(force) {
      if (state!.version === version) {
        count()
        return true
      }
      if (loading) return false
      if (!force) {
        const changed = reader
          .prepare('SELECT count(*) AS n FROM vector_blocks WHERE collection = ? AND version > ?')
          .get<{ n: number }>(id, version)!.n
        if (changed > INLINE_BLOCKS) return false
      }
      changedBlocks().forEach(take)
      version = state!.version
      count()
      return true
    },
    load: () => (loading ??= load().finally(() => (loading = undefined))),
    isNewFilter: (filter) => slotFilter.isNew(filter, state!.version),
    allowed(filter, now) {
      const matching = filter && slotFilter.matching(filter, state!.version)
      return ended.without(matching, { version: state!.version, now, slots: flat?.slots ?? 0 })
    },
    missing,
    [Symbol.dispose]() {
      graph?.[Symbol.dispose]()
      flat?.[Symbol.dispose]()
    },
  }
}
