import type { Metric } from '@rt/core'

/** Found slots, best first. `raw` in the metric: cosine, dot product, Euclidean distance. */
export interface SlotHits {
  slots: Uint32Array
  raw: Float64Array
}

/** A bit a slot, 32 to a word; slots behind the last word are not in it. */
export interface Bitmap {
  readonly words: Uint32Array
  /** Bits that are set. */
  readonly count: number
}

/** All vectors of a collection, in memory, compared one by one. Runs inside a worker; synchronous. */
export interface FlatIndex extends Disposable {
  /** `usearch`, `wasm` or `js`, and why. */
  readonly kernel: string
  readonly reason: string
  /** Vectors in it. */
  readonly size: number
  /** Memory taken. */
  readonly bytes: number
  /** One past the highest slot in use. */
  readonly slots: number
  /** Puts a stored block of 256 slots in: `used[i]` says whether slot i of the block has a vector. Replaces what was there. */
  setBlock(block: number, vectors: Float32Array, used: Uint8Array): void
  /** All, or those of `only`. */
  search(query: Float32Array, k: number, only?: Bitmap): SlotHits
  /** Some slots alone (a tail, candidates to rescore). Empty slots are left out. */
  among(query: Float32Array, k: number, slots: Uint32Array): SlotHits
  /** A copy as it was given; undefined for an empty slot. */
  vector(slot: number): Float32Array | undefined
}

export type GraphKind = 'usearch' | 'hnsw'
export type Precision = 'f32' | 'f16' | 'i8'

export interface GraphOptions {
  dimensions: number
  metric: Metric
  precision: Precision
}

/**
 * An approximate index: keys are slots. Runs inside a worker; synchronous. Its distances are never shown: candidates are
 * rescored.
 */
export interface GraphIndex extends Disposable {
  readonly kind: GraphKind
  readonly precision: Precision
  /** Live entries. */
  readonly size: number
  /** Entries that were removed or replaced but still cost. */
  readonly tombstones: number
  readonly bytes: number
  /** Adds or replaces; vectors lie end to end. */
  add(slots: Uint32Array, vectors: Float32Array): void
  remove(slot: number): void
  /**
   * Up to `count` candidates, nearest first; about `ef` candidates are looked at. With `only`: hnsw tests the bitmap inside
   * its walk; usearch over-fetches with growing count up to a bound, and may give fewer.
   */
  search(query: Float32Array, count: number, options: { ef: number; only?: Bitmap | undefined }): Uint32Array
  /** Into a new file at `path`: a temporary name, handed out by `writeIndexFile`, which frames, syncs and renames. */
  save(path: string): void
}

export interface GraphDriver {
  readonly kind: GraphKind
  readonly precisions: readonly Precision[]
  readonly metrics: readonly Metric[]
  create(options: GraphOptions & { capacity: number }): GraphIndex
  /** Of a file whose checksum was verified by `readIndexFile` a moment before; `size` = live entries when it was saved. */
  load(path: string, options: GraphOptions & { size: number }): GraphIndex
}

/** Loads a driver, or says why it is not there (package missing, not compiled, wrong platform). Never throws. */
export type LoadDriver = (kind: GraphKind) => Promise<{ driver: GraphDriver } | { missing: string }>
