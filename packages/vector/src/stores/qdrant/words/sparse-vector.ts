import { wordDimension } from './encode-word.ts'
import type { TextWords } from './words-of.ts'

export interface SparseVector {
  indices: number[]
  values: number[]
}

/** BM25's usual constants, which FTS5 has too. */
const K1 = 1.2
const B = 0.75
/** Words of a text on average, as far as the length of a text counts. Qdrant knows no average of a collection. */
const AVERAGE_WORDS = 100

/**
 * What BM25 knows of one text: how often each word stands in it, dampened by its length. How rare a word is, Qdrant
 * multiplies in when it searches (`modifier: idf`). Undefined for a text without words.
 */
export const documentVector = ({ stream, characters }: TextWords): SparseVector | undefined => {
  if (!stream.length) return undefined
  const counts = new Map<number, number>()
  for (const token of [...stream, ...characters]) {
    const dimension = wordDimension(token)
    counts.set(dimension, (counts.get(dimension) ?? 0) + 1)
  }
  const length = K1 * (1 - B + (B * stream.length) / AVERAGE_WORDS)
  const entries = [...counts].toSorted(([a], [b]) => a - b)
  return {
    indices: entries.map(([dimension]) => dimension),
    values: entries.map(([, count]) => (count * (K1 + 1)) / (count + length)),
  }
}

/** Each word once, whatever its weight in Qdrant. */
export const queryVector = (tokens: readonly string[]): SparseVector => {
  const indices = [...new Set(tokens.map(wordDimension))].toSorted((a, b) => a - b)
  return { indices, values: indices.map(() => 1) }
}
