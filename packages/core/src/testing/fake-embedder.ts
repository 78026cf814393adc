import type { EmbeddingModel } from '../model/embedding-model.ts'

/**
 * A deterministic EmbeddingModel: hashed bag of lower-case words, so texts that share words are near each other.
 * `calls` and `texts` count what was asked.
 */
export const createFakeEmbedder = ({
  id = 'fake-embedder',
  local = true,
  dimensions = 64,
  maxTokens = 256,
}: { id?: string; local?: boolean; dimensions?: number; maxTokens?: number } = {}): EmbeddingModel & {
  readonly counts: { calls: number; texts: number }
} => {
  const counts = { calls: 0, texts: 0 }
  return {
    id,
    local,
    dimensions,
    maxTokens,
    fingerprint: `${id}/${dimensions}`,
    counts,
    async embed(texts, { signal } = {}) {
      signal?.throwIfAborted()
      counts.calls++
      counts.texts += texts.length
      const words = texts.map((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
      return {
        vectors: words.map((list) => toVector(list.slice(0, maxTokens), dimensions)),
        tokens: words.reduce((sum, list) => sum + Math.min(list.length, maxTokens), 0),
        truncated: words.flatMap((list, index) => (list.length > maxTokens ? [index] : [])),
      }
    },
  }
}

const toVector = (words: string[], dimensions: number): Float32Array => {
  const vector = new Float32Array(dimensions)
  for (const word of words) vector[fnv1a(word) % dimensions]! += 1
  const norm = Math.hypot(...vector)
  if (norm === 0) vector[0] = 1
  else for (let i = 0; i < dimensions; i++) vector[i]! /= norm
  return vector
}

/** FNV-1a, 32 bit. */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
