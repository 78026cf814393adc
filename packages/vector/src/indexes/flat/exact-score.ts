import type { Metric } from '@rt/core'

/**
 * The raw score of a query and the vector at `offset` of `rows`, as it is defined, in double precision: no float32 over- or
 * underflows there. A vector of zeros has cosine 0 with all.
 */
export const exactScore = (metric: Metric, query: Float32Array, rows: Float32Array, offset: number): number => {
  let dot = 0
  let queries = 0
  let squares = 0
  let distances = 0
  for (let i = 0; i < query.length; i++) {
    const a = query[i]!
    const b = rows[offset + i]!
    dot += a * b
    queries += a * a
    squares += b * b
    distances += (a - b) * (a - b)
  }
  if (metric === 'dot') return dot
  if (metric === 'l2') return Math.sqrt(distances)
  const lengths = Math.sqrt(queries) * Math.sqrt(squares)
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, dot / lengths))
}
