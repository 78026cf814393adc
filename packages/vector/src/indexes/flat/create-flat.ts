import { RtError } from '@rt/core'
import { createTopK, type TopK } from '../../driver-kit/top-k.ts'
import { sumOfSquares, vectorNorm, writeUnit } from '../../driver-kit/vector-math.ts'
import { hasBit } from '../bitmap.ts'
import type { FlatIndex, SlotHits } from '../types.ts'
import { bitmapChunks, type Chunk, listChunks, rangeChunks } from './chunks.ts'
import { exactScorer } from './exact-scorer.ts'
import { createFlatRows, type FlatOptions } from './flat-rows.ts'
import type { FlatSegment } from './kernel/kernel-types.ts'
import { SAFE_SQUARES } from '../safe-squares.ts'

/** Candidates taken beyond `k`, since single precision may swap neighbours that lie close together. */
const SPARE = 16
/** So few slots are compared in double precision at once. */
const FEW_SLOTS = 32

/** An exact index over vectors in memory: single precision finds candidates, double precision scores and orders them. */
export const createFlat = (options: FlatOptions): FlatIndex => {
  const { dimensions, metric, kernel } = options
  const rows = createFlatRows(options)

  /** Offers each slot's score in single precision. */
  const scan = (query: Float32Array, best: TopK, chunks: Iterable<Chunk>): void => {
    const { weights } = rows
    const scaled = scaledQuery(query)
    const prepared = new Set<FlatSegment>()
    let floor = best.floor()
    for (const { first, count, listed } of chunks) {
      const { segment, row } = rows.place(first)
      if (!prepared.has(segment)) segment.setQuery(scaled)
      prepared.add(segment)
      const scores = listed ? segment.compareRows(listed) : segment.compareRange(row, count)
      const start = first - row
      for (let i = 0; i < count; i++) {
        const slot = listed ? start + listed[i]! : first + i
        const score = scores[i]! * weights[slot]!
        if (!(score >= floor)) continue
        best.offer(slot, score)
        floor = best.floor()
      }
    }
  }

  /** Of metrics cosine and dot only the direction of a query tells who is best. */
  const scaledQuery = (query: Float32Array): Float32Array => {
    const scaled = new Float32Array(rows.stride)
    if (metric === 'l2' || vectorNorm(query) === 0) scaled.set(query)
    else writeUnit(query, scaled, 0)
    return scaled
  }

  /** The best `k` of the candidates, scored exactly. */
  const rescore = (query: Float32Array, k: number, candidates: Iterable<number>): SlotHits => {
    const sign = metric === 'l2' ? -1 : 1
    const best = createTopK(k)
    const score = exactScorer(metric, query)
    for (const slot of candidates) {
      const { segment, row } = rows.place(slot)
      best.offer(slot, sign * score(segment.rows, row * rows.stride))
    }
    const hits = best.take()
    const found = { slots: new Uint32Array(hits.length), raw: new Float64Array(hits.length) }
    for (const [i, hit] of hits.entries()) {
      found.slots[i] = hit.key
      // `+ 0`: a distance is 0, not -0.
      found.raw[i] = sign * hit.score + 0
    }
    return found
  }

  const find = (query: Float32Array, k: number, chunks: Iterable<Chunk>, extremes: Iterable<number>): SlotHits => {
    const best = createTopK(k + SPARE)
    scan(query, best, chunks)
    return rescore(query, k, [...best.take().map(({ key }) => key), ...extremes])
  }

  const isExtreme = (query: Float32Array): boolean =>
    metric === 'l2' && sumOfSquares(query, 0, dimensions) > SAFE_SQUARES.most

  const check = (query: Float32Array, k: number): void => {
    if (query.length !== dimensions) throw invalid(`the query has ${query.length} dimensions, the index ${dimensions}.`)
    if (!Number.isFinite(sumOfSquares(query, 0, dimensions))) throw invalid('the query has a value that is not finite.')
    if (!Number.isInteger(k) || k < 1) throw invalid(`k must be a whole number from 1, not ${k}.`)
  }

  return {
    kernel: kernel.name,
    reason: kernel.reason,
    get size() {
      return rows.size
    },
    get slots() {
      return rows.slots
    },
    get bytes() {
      return rows.bytes
    },
    setBlock: rows.setBlock,

    search(query, k, only) {
      check(query, k)
      const most = Math.min(k, rows.size, only?.count ?? k)
      if (most === 0) return none()
      const allowed = (slot: number): boolean => only === undefined || hasBit(only, slot)
      if (isExtreme(query)) return rescore(query, most, usedSlots(rows.slots, rows.isUsed, allowed))
      const chunks = only ? bitmapChunks(only, rows.slots, rows.segmentRows) : rangeChunks(rows.slots, rows.segmentRows)
      return find(query, most, chunks, [...rows.extremes].filter(allowed))
    },

    among(query, k, slots) {
      check(query, k)
      const some = slots.filter(rows.isUsed)
      const most = Math.min(k, some.length)
      if (most === 0) return none()
      if (some.length <= FEW_SLOTS || isExtreme(query)) return rescore(query, most, some)
      const extremes = some.filter((slot) => rows.extremes.has(slot))
      return find(query, most, listChunks(some.toSorted(), rows.segmentRows), extremes)
    },

    vector(slot) {
      if (!rows.isUsed(slot)) return undefined
      const { segment, row } = rows.place(slot)
      return segment.rows.slice(row * rows.stride, row * rows.stride + dimensions)
    },

    [Symbol.dispose]: rows.clear,
  }
}

function* usedSlots(
  end: number,
  isUsed: (slot: number) => boolean,
  allowed: (slot: number) => boolean,
): Generator<number> {
  for (let slot = 0; slot < end; slot++) if (isUsed(slot) && allowed(slot)) yield slot
}

const none = (): SlotHits => ({ slots: new Uint32Array(0), raw: new Float64Array(0) })

const invalid = (message: string): RtError => new RtError({ code: 'invalid_request', message })
