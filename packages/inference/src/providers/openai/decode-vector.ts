/** A vector of an answer, from numbers or base64 (float32, little endian), at unit length. Empty: it is none. */
export const decodeVector = (embedding: unknown): Float32Array => {
  const raw = typeof embedding === 'string' ? fromBase64(embedding) : fromNumbers(embedding)
  const length = Math.hypot(...raw)
  if (!Number.isFinite(length)) return new Float32Array()
  return length === 0 ? raw : raw.map((value) => value / length)
}

const fromNumbers = (embedding: unknown): Float32Array =>
  Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')
    ? Float32Array.from(embedding)
    : new Float32Array()

const fromBase64 = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % 4 !== 0) return new Float32Array()
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4))
}
