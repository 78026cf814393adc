import type { IndexMeta } from '../cache-file/index-meta.ts'
import type { GraphIndex, GraphOptions } from '../types.ts'

export const metaOf = (index: GraphIndex, { dimensions, metric, precision }: GraphOptions): IndexMeta => ({
  kind: index.kind,
  precision,
  metric,
  dimensions,
  size: index.size,
  collection: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  version: 42,
  records: Float64Array.from({ length: index.size }, (_, i) => 2 ** 40 + i),
  checksums: Uint32Array.from({ length: index.size }, (_, i) => 0xfff0_0000 + i),
})
