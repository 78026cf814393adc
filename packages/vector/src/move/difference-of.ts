import type { Metric, VectorRecord } from '@rt/core'
import { contentDifference } from '../driver-kit/content-difference.ts'

/** What a record and its copy differ in; undefined when they are the same. */
export const differenceOf = (
  record: VectorRecord,
  copy: VectorRecord | undefined,
  metric: Metric | undefined,
): string | undefined => {
  if (!copy) return 'existence'
  const content = contentDifference(record, copy)
  if (content !== undefined) return content
  return sameVector(record.vector, copy.vector, metric) ? undefined : 'vector'
}

/** Rounding of a store that computes in float32 stays well below; another vector, and float16, do not. */
const TOLERANCE = 1e-6

/** With cosine the length says nothing, and some stores keep unit vectors only. */
const sameVector = (a: Float32Array | undefined, b: Float32Array | undefined, metric: Metric | undefined): boolean => {
  if (!a || !b) return a === b
  if (a.length !== b.length) return false
  const scale = metric === 'cosine' ? { a: norm(a), b: norm(b) } : { a: 1, b: 1 }
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / scale.a
  return a.every(
    (value, i) => Math.abs(value / scale.a - b[i]! / scale.b) <= TOLERANCE * Math.max(largest, Number.MIN_VALUE),
  )
}

const norm = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1
