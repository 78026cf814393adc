/** What is computed of a query and a stored vector: their dot product, or their distance squared. */
export type Measure = 'dot' | 'squared-distance'

/** Some rows of an index, `stride` floats each (a multiple of four; what is behind the dimensions stays 0). */
export interface FlatSegment {
  /** Room for at least this many rows. */
  reserve(rows: number): void
  /** All rows. Only valid until the next `reserve`. */
  readonly rows: Float32Array
  readonly bytes: number
  /** The sum of squares of each of `count` rows from `first`, in single precision. Valid until the next call. */
  squares(first: number, count: number): Float32Array
  /** Of `stride` floats. Of measure `dot` it has length 1. */
  setQuery(query: Float32Array): void
  /** The measure of up to `CHUNK_ROWS` rows, in single precision. Valid until the next call. */
  compareRange(first: number, count: number): Float32Array
  compareRows(rows: Uint32Array): Float32Array
}

export interface FlatKernel {
  readonly name: 'wasm' | 'usearch' | 'js'
  /** Why this one. */
  readonly reason: string
  /** Most rows of a segment; a multiple of `BLOCK_SLOTS`. */
  segmentRows(stride: number): number
  open(options: { stride: number; measure: Measure }): FlatSegment
}

/** Rows compared in one go: their scores stay in the processor's first cache until they are looked at. */
export const CHUNK_ROWS = 1024
