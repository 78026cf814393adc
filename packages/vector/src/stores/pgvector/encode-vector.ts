/**
 * Vectors are stored as float32. pgvector computes lengths in float32 too, where squares of numbers below 1e-19 are 0 and
 * above 1e19 infinite. For the cosine, which does not mind, such a vector is stored multiplied by a power of two.
 */
const SMALLEST = 2 ** -40
const LARGEST = 2 ** 40

export interface EncodedVector {
  /** As pgvector reads it. */
  text: string
  /** What was stored is the vector times two to the power of this. */
  scale: number
}

export const encodeVector = (vector: Float32Array, isCosine: boolean): EncodedVector => {
  const scale = isCosine ? scaleOf(vector) : 0
  return { text: toText(scale ? multiply(vector, 2 ** scale) : vector), scale }
}

/** A vector of length 1 in the same direction. */
export const unitText = (vector: Float32Array): string => {
  const scaled = multiply(vector, 2 ** scaleOf(vector))
  let squares = 0
  for (const value of scaled) squares += value * value
  return toText(multiply(scaled, 1 / Math.sqrt(squares)))
}

export const toText = (vector: Float32Array): string => `[${vector.join(',')}]`

/** @param bytes of `vector_send`: two int16, then float32, big-endian. */
export const decodeVector = (bytes: Uint8Array, scale: number): Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const vector = new Float32Array(view.getUint16(0))
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat32(4 + 4 * i)
  return scale ? multiply(vector, 2 ** -scale) : vector
}

const scaleOf = (vector: Float32Array): number => {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const isUsual = largest === 0 || (largest > SMALLEST && largest < LARGEST)
  return isUsual ? 0 : -Math.round(Math.log2(largest))
}

const multiply = (vector: Float32Array, by: number): Float32Array => vector.map((value) => value * by)
