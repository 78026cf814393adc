import { exactSearch, MetricKind } from 'usearch'
import type { Vectors } from './clustered.ts'

/** What may come before others by the rounding of float32. */
const SPARE = 30

/** The `k` nearest rows of each query, and those that are as far as the last of them; compared in float64. */
export const findTruth = (
  { vectors, queries }: Vectors,
  { dimensions, metric }: { dimensions: number; metric: 'cosine' | 'l2' },
  k: number,
): number[][] => {
  const count = vectors.length / dimensions
  const spare = Math.min(k + SPARE, count)
  const kind = metric === 'cosine' ? MetricKind.Cos : MetricKind.L2sq
  const rough = exactSearch(vectors, queries, dimensions, spare, kind)
  return Array.from({ length: queries.length / dimensions }, (_, query) => {
    const at = queries.subarray(query * dimensions, (query + 1) * dimensions)
    const rows = Array.from(rough.keys.subarray(query * spare, (query + 1) * spare), Number)
      .map((row) => ({ row, far: distance(metric, at, vectors.subarray(row * dimensions, (row + 1) * dimensions)) }))
      .toSorted((a, b) => a.far - b.far)
    const last = rows[k - 1]!.far
    return rows.filter(({ far }) => far <= last + 1e-9 * Math.abs(last)).map(({ row }) => row)
  })
}

/** Smaller is nearer: 1 - cosine, or the square of the Euclidean distance. */
export const distance = (metric: 'cosine' | 'l2', a: Float32Array, b: Float32Array): number => {
  let dot = 0
  let one = 0
  let other = 0
  let apart = 0
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!
    const y = b[i]!
    dot += x * y
    one += x * x
    other += y * y
    apart += (x - y) ** 2
  }
  return metric === 'cosine' ? 1 - dot / Math.sqrt(one * other) : apart
}
