import type { Metric } from '@rt/core'
import type { GraphKind, Precision } from '../types.ts'

/** What a saved graph is of, and what its entries were when it was built. */
export interface IndexMeta {
  kind: GraphKind
  precision: Precision
  metric: Metric
  dimensions: number
  /** Live entries. */
  size: number
  /** Identifies the collection, also against one that was made anew under its name. */
  collection: string
  /** Of the collection at build time. */
  version: number
  /** A number a slot: the record it held; 0 = not in the graph. */
  records: Float64Array
  /** CRC-32 of the vector of each slot. */
  checksums: Uint32Array
}

/** The graph that belongs to a meta file. */
export interface Payload {
  file: string
  bytes: number
  crc: number
}
