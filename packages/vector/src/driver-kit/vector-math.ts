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
