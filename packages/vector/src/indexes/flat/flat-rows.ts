import { type Metric, RtError } from '@rt/core'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { MAX_SLOTS } from '../max-slots.ts'
import type { FlatKernel, FlatSegment } from './kernel/kernel-types.ts'
import { sumOfSquares } from '../../driver-kit/vector-math.ts'
import { SAFE_SQUARES } from '../safe-squares.ts'

export interface FlatOptions {
  dimensions: number
  metric: Metric
  /** From `loadFlatKernel`. */
  kernel: FlatKernel
}

/** The vectors of a flat index in segments of memory, and what is known of each slot. */
export interface FlatRows {
  /** Floats a row. */
  readonly stride: number
  readonly segmentRows: number
  readonly size: number
  /** One past the highest slot in use. */
  readonly slots: number
  readonly bytes: number
  /** What makes the measure of a slot its score (higher is better); NaN where a scan has to pass over. */
  readonly weights: Float32Array
  /** Slots whose vector is too large or too small for single precision: compared in double precision. */
  readonly extremes: ReadonlySet<number>
  isUsed(slot: number): boolean
  place(slot: number): { segment: FlatSegment; row: number }
  setBlock(block: number, vectors: Float32Array, taken: Uint8Array): void
  clear(): void
}

export const createFlatRows = ({ dimensions, metric, kernel }: FlatOptions): FlatRows => {
  const stride = Math.ceil(dimensions / 4) * 4
  const segmentRows = kernel.segmentRows(stride)
  const segments: FlatSegment[] = []
  const extremes = new Set<number>()
  let used = new Uint8Array(0)
  let weights = new Float32Array(0)
  let size = 0
  let slots = 0

  const place = (slot: number): { segment: FlatSegment; row: number } => ({
    segment: segments[Math.floor(slot / segmentRows)]!,
    row: slot % segmentRows,
  })

  const reserve = (end: number): void => {
    const last = Math.floor((end - 1) / segmentRows)
    while (segments.length <= last)
      segments.push(kernel.open({ stride, measure: metric === 'l2' ? 'squared-distance' : 'dot' }))
    segments[last]!.reserve(end - last * segmentRows)
    if (end <= used.length) return
    const more = Math.max(end, Math.ceil(used.length * 1.5))
    const [before, weighed] = [used, weights]
    used = new Uint8Array(more)
    weights = new Float32Array(more).fill(NaN)
    used.set(before)
    weights.set(weighed)
  }

  const forget = (start: number): void => {
    for (let slot = start; slot < start + BLOCK_SLOTS; slot++) {
      if (used[slot]) size--
      used[slot] = 0
      weights[slot] = NaN
      extremes.delete(slot)
    }
  }

  const use = (slot: number, squares: number): void => {
    used[slot] = 1
    size++
    if (!(squares >= SAFE_SQUARES.least && squares <= SAFE_SQUARES.most)) {
      const { segment, row } = place(slot)
      const exact = sumOfSquares(segment.rows, row * stride, dimensions)
      if (!Number.isFinite(exact)) throw invalid(`the vector of slot ${slot} has a value that is not finite.`)
      if (exact > 0) {
        extremes.add(slot)
        return
      }
    }
    if (metric === 'l2') weights[slot] = -1
    else if (metric === 'dot') weights[slot] = 1
    else if (squares > 0) weights[slot] = 1 / Math.sqrt(squares)
  }

  const setBlock = (block: number, vectors: Float32Array, taken: Uint8Array): void => {
    const start = block * BLOCK_SLOTS
    const rows = Math.min(BLOCK_SLOTS, Math.floor(vectors.length / dimensions))
    if (!Number.isInteger(block) || block < 0 || start + BLOCK_SLOTS > MAX_SLOTS)
      throw invalid(`block ${block} is out of range: slots are below 2^32.`)
    if (taken.findLastIndex(Boolean) >= rows)
      throw invalid(`block ${block} has ${rows} vectors, and a slot in use behind them.`)
    reserve(start + BLOCK_SLOTS)
    forget(start)
    const { segment, row } = place(start)
    writeRows(segment.rows.subarray(row * stride, (row + rows) * stride), stride, vectors, dimensions)
    const squares = segment.squares(row, rows)
    try {
      for (let i = 0; i < rows; i++) if (taken[i]) use(start + i, squares[i]!)
    } catch (error) {
      forget(start)
      throw error
    } finally {
      slots = Math.max(slots, start + BLOCK_SLOTS)
      while (slots > 0 && !used[slots - 1]) slots--
    }
  }

  return {
    stride,
    segmentRows,
    get size() {
      return size
    },
    get slots() {
      return slots
    },
    get bytes() {
      return segments.reduce((sum, { bytes }) => sum + bytes, used.byteLength + weights.byteLength)
    },
    get weights() {
      return weights
    },
    extremes,
    isUsed: (slot) => slot < slots && used[slot] === 1,
    place,
    setBlock,
    clear() {
      segments.length = 0
      extremes.clear()
      used = new Uint8Array(0)
      weights = new Float32Array(0)
      size = 0
      slots = 0
    },
  }
}

/** Copies vectors into rows that may be longer; the rest of a row stays 0. */
const writeRows = (rows: Float32Array, stride: number, vectors: Float32Array, dimensions: number): void => {
  if (stride === dimensions) return rows.set(vectors.subarray(0, rows.length))
  for (let row = 0; row * stride < rows.length; row++)
    rows.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), row * stride)
}

const invalid = (message: string): RtError => new RtError({ code: 'invalid_request', message })
