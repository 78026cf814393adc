import type { Metric, RawScores } from '@rt/core'

/** The raw score of two vectors of one length, in double precision. Cosine of a zero vector: 0. */
export const similarity = (metric: Metric, a: Float32Array, b: Float32Array): number => {
  let dot = 0
  let squaresA = 0
  let squaresB = 0
  let differences = 0
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!
    const y = b[i]!
    dot += x * y
    squaresA += x * x
    squaresB += y * y
    differences += (x - y) * (x - y)
  }
  if (metric === 'dot') return dot
  if (metric === 'l2') return Math.sqrt(differences)
  const norms = Math.sqrt(squaresA) * Math.sqrt(squaresB)
  return norms ? Math.max(-1, Math.min(1, dot / norms)) : 0
}

/** Under the name a hit has it by. */
export const nameRaw = (metric: Metric, raw: number): RawScores =>
  metric === 'cosine' ? { cosine: raw } : metric === 'dot' ? { dot: raw } : { distance: raw }

/** Higher is better, whatever the metric. */
export const closeness = (metric: Metric, raw: number): number => (metric === 'l2' ? -raw : raw)

/** In [0, 1]: cosine clamped at 0, the logistic function of the dot product, 1 / (1 + distance). */
export const toScore = (metric: Metric, raw: number): number =>
  metric === 'cosine' ? Math.max(0, raw) : metric === 'dot' ? 1 / (1 + Math.exp(-raw)) : 1 / (1 + raw)
