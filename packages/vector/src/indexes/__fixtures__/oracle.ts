import type { Metric } from '@rt/core'
import type { Bitmap } from '../types.ts'

export interface Scored {
  slot: number
  raw: number
}

/** The score by its definition, in double precision. */
export const definedScore = (metric: Metric, a: Float32Array, b: Float32Array): number => {
  let [dot, distance, left, right] = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    distance += (a[i]! - b[i]!) ** 2
    left += a[i]! ** 2
    right += b[i]! ** 2
  }
  if (metric === 'dot') return dot
  return metric === 'l2' ? Math.sqrt(distance) : dot / Math.sqrt(left) / Math.sqrt(right)
}

/** The true neighbours, best first; of equal ones the lower slot. */
export const trueNeighbours = (
  metric: Metric,
  query: Float32Array,
  vectors: ReadonlyMap<number, Float32Array>,
  k: number,
): Scored[] => {
  const sign = metric === 'l2' ? 1 : -1
  return [...vectors]
    .map(([slot, vector]) => ({ slot, raw: definedScore(metric, query, vector) }))
    .toSorted((a, b) => sign * (a.raw - b.raw) || a.slot - b.slot)
    .slice(0, k)
}

export const bitmapOf = (slots: Iterable<number>): Bitmap => {
  const given = [...slots]
  const words = new Uint32Array(Math.ceil((Math.max(-1, ...given) + 1) / 32))
  for (const slot of given) words[slot >>> 5]! |= 1 << (slot & 31)
  return { words, count: given.length }
}
