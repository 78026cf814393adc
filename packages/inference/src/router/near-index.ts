import type { JsonValue } from '@rt/core'

/** A question that was answered, by its vector. */
export interface NearEntry {
  /** Hash of its text. */
  id: string
  vector: Float32Array
}

/** As a store keeps it. What is not ours, or of another length, is left out. */
export const readIndex = (value: JsonValue | undefined, dimensions: number): NearEntry[] =>
  (Array.isArray(value) ? value : []).flatMap((entry) => {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'string') return []
    const bytes = Uint8Array.from(Buffer.from(entry[1], 'base64'))
    return bytes.length === dimensions * 4 ? [{ id: entry[0], vector: new Float32Array(bytes.buffer) }] : []
  })

export const writeIndex = (entries: NearEntry[]): JsonValue =>
  entries.map(({ id, vector: { buffer, byteOffset, byteLength } }) => [
    id,
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  ])

/** The nearest first; the same text is 1, whatever an embedder's rounding says. */
export const rankEntries = (
  entries: NearEntry[],
  { id, vector }: NearEntry,
): { entry: NearEntry; similarity: number }[] =>
  entries
    .map((entry) => ({ entry, similarity: entry.id === id ? 1 : Math.min(1, dot(entry.vector, vector)) }))
    .toSorted((a, b) => b.similarity - a.similarity)

/** Of unit vectors, which is what embedders give: the cosine. */
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0)
