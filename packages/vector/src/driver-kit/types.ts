import type { CallOptions, JsonObject } from '@rt/core'
import type { FilterNode } from '../filter/index.ts'

/** Vectors a block, the unit in which they are stored and read. */
export const BLOCK_SLOTS = 256

/** What is true of a collection right now. */
export interface CollectionState {
  /** Grows with every write; an index that has seen it is up to date. */
  version: number
  /** Undefined until the first vector or stamp. */
  dimensions: number | undefined
}

/** A block as stored, its checksums verified. */
export interface StoredBlock {
  block: number
  /** Up to `BLOCK_SLOTS` vectors as they were given, end to end. */
  vectors: Float32Array
  /** Record number of each slot; 0 = the slot is free. */
  records: Float64Array
}

export interface BlockPage extends CollectionState {
  blocks: StoredBlock[]
  /** The block to go on after; undefined on the last page. */
  next: number | undefined
}

/** Where a record's vector lies. */
export interface SlotEntry {
  slot: number
  record: number
}

export interface KeywordHit {
  record: number
  slot: number | undefined
  /** The collection version that wrote it last. */
  version: number
  /** Higher is better. */
  bm25: number
}

export interface StoredRow {
  record: number
  slot: number | undefined
  version: number
  id: string
  text: string | undefined
  metadata: JsonObject
}

/** What the search of this package asks of a store that keeps vectors in blocks. Every answer is one snapshot. */
export interface SearchSource {
  readonly name: string
  state(): Promise<CollectionState>
  /** Blocks written after version `since`, in order, beginning behind block `after` (-1: from the first). */
  blocksSince(since: number, after: number): Promise<BlockPage>
  keyword(text: string, filter: FilterNode | undefined, limit: number): Promise<KeywordHit[]>
  /** The vectors whose records match. */
  slots(filter: FilterNode, options: CallOptions): Promise<SlotEntry[]>
  rows(records: number[]): Promise<StoredRow[]>
}

export interface DenseHit extends SlotEntry {
  cosine: number
}

/** An index as it was at one version; writes that come later do not change it. */
export interface IndexSnapshot {
  readonly version: number
  /** Best first. With `only`, among those alone. */
  nearest(
    unit: Float32Array,
    k: number,
    options: { only?: SlotEntry[]; signal?: AbortSignal | undefined },
  ): Promise<DenseHit[]>
  /** The exact cosine with one record; undefined when it does not lie at that slot. */
  cosine(unit: Float32Array, entry: SlotEntry): number | undefined
}

/** Finds neighbours. A cache of what the store holds, brought up to date block by block. */
export interface VectorIndex {
  readonly kind: string
  snapshot(): IndexSnapshot
  /** Takes over changed blocks. Not visible before `commit`. */
  stage(block: StoredBlock, dimensions: number): void
  commit(version: number): void
}
