import type { Metric } from '@rt/core'
import { vectorNorm } from '../../driver-kit/vector-math.ts'

/**
 * The raw score of `query` and the vector at `offset` of `rows`, as it is defined, in double precision: no float32 over- or
 * underflows there. A vector of zeros has cosine 0 with all.
 */
export const exactScorer = (metric: Metric, query: Float32Array): ((rows: Float32Array, offset: number) => number) => {
  if (metric === 'l2') return (rows, offset) => distance(query, rows, offset)
  if (metric === 'dot') return (rows, offset) => dot(query, rows, offset)
  const length = vectorNorm(query)
  return (rows, offset) => cosine(query, length, rows, offset)
}

// Two sums each, so that additions do not wait for each other.

const dot = (query: Float32Array, rows: Float32Array, offset: number): number => {
  const even = query.length & ~1
  let [a, b] = [0, 0]
  for (let i = 0; i < even; i += 2) {
    a += query[i]! * rows[offset + i]!
    b += query[i + 1]! * rows[offset + i + 1]!
  }
  return even === query.length ? a + b : a + b + query[even]! * rows[offset + even]!
}

const distance = (query: Float32Array, rows: Float32Array, offset: number): number => {
  const even = query.length & ~1
  let [a, b] = [0, 0]
  for (let i = 0; i < even; i += 2) {
    a += (query[i]! - rows[offset + i]!) ** 2
    b += (query[i + 1]! - rows[offset + i + 1]!) ** 2
  }
  return Math.sqrt(even === query.length ? a + b : a + b + (query[even]! - rows[offset + even]!) ** 2)
}

const cosine = (query: Float32Array, length: number, rows: Float32Array, offset: number): number => {
  const even = query.length & ~1
  let [a, b, squaresA, squaresB] = [0, 0, 0, 0]
  for (let i = 0; i < even; i += 2) {
    const x = rows[offset + i]!
    const y = rows[offset + i + 1]!
    a += query[i]! * x
    b += query[i + 1]! * y
    squaresA += x * x
    squaresB += y * y
  }
  if (even < query.length) {
    const x = rows[offset + even]!
    a += query[even]! * x
    squaresA += x * x
  }
  const lengths = length * Math.sqrt(squaresA + squaresB)
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, (a + b) / lengths))
}
