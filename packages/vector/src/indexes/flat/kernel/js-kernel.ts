import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'
import type { FlatKernel, FlatSegment, Measure } from './kernel-types.ts'

/**
 * Plain JavaScript: runs everywhere, an eighth as fast.
 *
 * @param missing why there is no usearch.
 */
export const jsKernel = (missing: string): FlatKernel => ({
  name: 'js',
  reason: `plain JavaScript: this Node runs no WebAssembly SIMD, and usearch is ${missing}`,
  segmentRows: () => BLOCK_SLOTS,
  open: openJsSegment,
})

export const openJsSegment = ({ stride, measure }: { stride: number; measure: Measure }): FlatSegment => {
  const rows = new Float32Array(BLOCK_SLOTS * stride)
  const scores = new Float32Array(BLOCK_SLOTS)
  const compare = measure === 'dot' ? dot : squaredDistance
  let query = new Float32Array(stride)
  return {
    reserve() {},
    rows,
    bytes: rows.byteLength,
    squares(first, count) {
      for (let i = 0; i < count; i++) {
        const row = rows.subarray((first + i) * stride, (first + i + 1) * stride)
        scores[i] = dot(row, row, 0)
      }
      return scores
    },
    setQuery(given) {
      query = Float32Array.from(given)
    },
    compareRange(first, count) {
      for (let i = 0; i < count; i++) scores[i] = compare(query, rows, (first + i) * stride)
      return scores
    },
    compareRows(places) {
      for (let i = 0; i < places.length; i++) scores[i] = compare(query, rows, places[i]! * stride)
      return scores
    },
  }
}

/** Four sums, so that additions do not wait for each other; lengths are multiples of four. */
const dot = (query: Float32Array, rows: Float32Array, offset: number): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let i = 0; i < query.length; i += 4) {
    a += query[i]! * rows[offset + i]!
    b += query[i + 1]! * rows[offset + i + 1]!
    c += query[i + 2]! * rows[offset + i + 2]!
    d += query[i + 3]! * rows[offset + i + 3]!
  }
  return a + b + (c + d)
}

const squaredDistance = (query: Float32Array, rows: Float32Array, offset: number): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let i = 0; i < query.length; i += 4) {
    a += (query[i]! - rows[offset + i]!) ** 2
    b += (query[i + 1]! - rows[offset + i + 1]!) ** 2
    c += (query[i + 2]! - rows[offset + i + 2]!) ** 2
    d += (query[i + 3]! - rows[offset + i + 3]!) ** 2
  }
  return a + b + (c + d)
}
