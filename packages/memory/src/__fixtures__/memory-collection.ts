import type { CollectionStamp, VectorCollection, VectorHit, VectorRecord } from '@rt/core'

export interface MemoryCollection extends VectorCollection {
  readonly records: Map<string, VectorRecord>
  readonly stamp: CollectionStamp | undefined
  /** Called before every upsert; throw to fail it. */
  beforeUpsert?: () => void
}

/** A naive VectorCollection for hermetic tests: cosine by loop, keywords by counting shared words. */
export const createMemoryCollection = (name = 'default', stamp?: CollectionStamp): MemoryCollection => {
  const records = new Map<string, VectorRecord>()
  const collection: MemoryCollection = {
    name,
    records,
    stamp,
    async upsert(list, { signal } = {}) {
      signal?.throwIfAborted()
      collection.beforeUpsert?.()
      for await (const record of list) records.set(record.id, structuredClone(record))
    },
    get: async (ids) => ids.flatMap((id) => records.get(id) ?? []),
    delete: async (ids) => (Array.isArray(ids) ? ids.filter((id) => records.delete(id)).length : 0),
    update: async () => 0,
    scroll: async () => ({ records: [...records.values()] }),
    count: async () => records.size,
    describe: async () => ({ name, count: records.size, ...(stamp && { stamp }), index: { kind: 'none', reason: 'a fake' } }),
    async search({ vector, text, k = 10, filter = {} }) {
      const hits = [...records.values()]
        .filter(({ metadata }) => Object.entries(filter).every(([key, value]) => metadata?.[key] === value))
        .map((record): VectorHit => {
          const cosine = vector && record.vector ? dot(vector, record.vector) : undefined
          const bm25 = text ? shared(text, record.text ?? '') : 0
          return {
            id: record.id,
            score: (cosine ?? 0) * 0.65 + (bm25 / (1 + bm25)) * 0.35,
            ...(cosine !== undefined && { cosine }),
            ...(bm25 > 0 && { bm25 }),
            ...(record.text !== undefined && { text: record.text }),
            metadata: record.metadata ?? {},
          }
        })
      return hits
        .filter(({ cosine, bm25 }) => cosine !== undefined || bm25 !== undefined)
        .toSorted((a, b) => b.score - a.score)
        .slice(0, k)
    },
  }
  return collection
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const shared = (query: string, text: string): number => {
  const found = new Set(words(text))
  return words(query).filter((word) => found.has(word)).length
}
