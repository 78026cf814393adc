/** In double precision; not finite when a value is not. */
export const sumOfSquares = (values: Float32Array, offset: number, count: number): number => {
  let sum = 0
  for (let i = offset; i < offset + count; i++) sum += values[i]! * values[i]!
  return sum
}

/** Euclidean length, in double precision, so that no float32 vector over- or underflows. */
export const vectorNorm = (vector: Float32Array): number => Math.sqrt(sumOfSquares(vector, 0, vector.length))

/** Writes `vector`, scaled to length 1, into `target` at `offset`. */
export const writeUnit = (vector: Float32Array, target: Float32Array, offset: number): void => {
  const norm = vectorNorm(vector)
  for (let i = 0; i < vector.length; i++) target[offset + i] = vector[i]! / norm
}
