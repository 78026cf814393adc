import type { FilterCondition, VectorCollection, VectorHit, VectorQuery, VectorRecord } from '@rt/core'

/** A naive VectorCollection for hermetic tests: cosine by loop, words by counting shared ones, `in` as its only filter. */
export const createMemoryCollection = (): VectorCollection & {
  readonly records: Map<string, VectorRecord>
  readonly queries: VectorQuery[]
} => {
  const records = new Map<string, VectorRecord>()
  const queries: VectorQuery[] = []
  return {
    name: 'tools',
    records,
    queries,
    async upsert(list) {
      for await (const record of list) records.set(record.id, structuredClone(record))
    },
    get: async (ids) => ids.flatMap((id) => records.get(id) ?? []),
    async search(query) {
      queries.push(query)
      const { vector, text = '', k = 10, filter = {} } = query
      return [...records.values()]
        .filter(({ metadata }) =>
          Object.entries(filter).every(([key, condition]) =>
            (condition as FilterCondition).in?.includes(metadata?.[key] ?? null),
          ),
        )
        .map((record): VectorHit => {
          const cosine = vector && record.vector ? dot(vector, record.vector) : 0
          const score = cosine + shared(text, record.text ?? '')
          return { id: record.id, score, metadata: record.metadata ?? {} }
        })
        .filter(({ score }) => score > 0)
        .toSorted((a, b) => b.score - a.score)
        .slice(0, k)
    },
    delete: async () => 0,
    update: async () => 0,
    scroll: async () => ({ records: [...records.values()] }),
    count: async () => records.size,
    describe: async () => ({ name: 'tools', count: records.size, index: { kind: 'none', reason: 'a fake' } }),
  }
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const shared = (query: string, text: string): number => {
  const found = new Set(words(text))
  return words(query).filter((word) => found.has(word)).length
}
