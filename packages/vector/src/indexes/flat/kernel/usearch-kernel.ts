import type * as Usearch from 'usearch'
import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'
import { openJsSegment } from './js-kernel.ts'
import type { FlatKernel, FlatSegment, Measure } from './kernel-types.ts'

/** Rows from which it is faster to let usearch compare the whole block. */
const FEW_ROWS = 32

/**
 * The exact search of usearch, block by block. It gives sorted neighbours where scores are wanted, so it is twice as slow
 * as the WebAssembly kernel, and five times as fast as JavaScript.
 */
export const usearchKernel = (usearch: typeof Usearch): FlatKernel => ({
  name: 'usearch',
  reason: 'the exact search of usearch: this Node runs no WebAssembly SIMD',
  segmentRows: () => BLOCK_SLOTS,
  open: (options) => openSegment(usearch, options),
})

const openSegment = (
  { exactSearch, MetricKind }: typeof Usearch,
  options: { stride: number; measure: Measure },
): FlatSegment => {
  const { stride, measure } = options
  const js = openJsSegment(options)
  const all = new Float32Array(BLOCK_SLOTS)
  const some = new Float32Array(BLOCK_SLOTS)
  const norms = new Float32Array(BLOCK_SLOTS)
  let query = new Float32Array(stride)
  let compared = false

  const compareAll = (): void => {
    if (compared) return
    // It reads from the start of a buffer, whatever the view on it is: these are whole buffers.
    const metric = measure === 'dot' ? MetricKind.Cos : MetricKind.L2sq
    const { keys, distances } = exactSearch(js.rows, query, stride, BLOCK_SLOTS, metric, 1)
    for (let i = 0; i < BLOCK_SLOTS; i++) {
      const row = Number(keys[i])
      // Its dot product comes as 1 - dot, which leaves nothing of a small one: the cosine keeps all digits.
      all[row] = measure === 'dot' ? (1 - distances[i]!) * norms[row]! : distances[i]!
    }
    compared = true
  }

  return {
    reserve() {},
    rows: js.rows,
    bytes: js.bytes,
    squares(first, count) {
      const squares = js.squares(first, count)
      for (let i = 0; i < count; i++) norms[first + i] = Math.sqrt(squares[i]!)
      compared = false
      return squares
    },
    setQuery(given) {
      query = Float32Array.from(given)
      js.setQuery(given)
      compared = false
    },
    compareRange(first, count) {
      compareAll()
      return all.subarray(first, first + count)
    },
    compareRows(places) {
      if (places.length < FEW_ROWS) return js.compareRows(places)
      compareAll()
      for (let i = 0; i < places.length; i++) some[i] = all[places[i]!]!
      return some
    },
  }
}
