/** Euclidean length, in double precision, so that no float32 vector over- or underflows. */
export const vectorNorm = (vector: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!
  return Math.sqrt(sum)
}

/** Writes `vector`, scaled to length 1, into `target` at `offset`. */
export const writeUnit = (vector: Float32Array, target: Float32Array, offset: number): void => {
  const norm = vectorNorm(vector)
  for (let i = 0; i < vector.length; i++) target[offset + i] = vector[i]! / norm
}

export const toUnit = (vector: Float32Array): Float32Array => {
  const unit = new Float32Array(vector.length)
  writeUnit(vector, unit, 0)
  return unit
}

/**
 * Cosine of two unit vectors, the second lying at `offset` in `block`. Four sums, so that additions do not wait for
 * each other; clamped, since rounding leaves [-1, 1] by some 1e-8.
 */
export const unitCosine = (query: Float32Array, block: Float32Array, offset: number): number => {
  const { length } = query
  const whole = length - (length % 4)
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = 0
  for (; i < whole; i += 4) {
    a += query[i]! * block[offset + i]!
    b += query[i + 1]! * block[offset + i + 1]!
    c += query[i + 2]! * block[offset + i + 2]!
    d += query[i + 3]! * block[offset + i + 3]!
  }
  for (; i < length; i++) a += query[i]! * block[offset + i]!
  return Math.max(-1, Math.min(1, a + b + (c + d)))
}
