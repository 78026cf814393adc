import type { CollectionStamp, Metric, Reranker, VectorCollection, VectorStore } from '@rt/core'
import type { TestFunctions } from './test-functions.ts'

const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers)
const stampOf = (metric: Metric): CollectionStamp => ({ dimensions: 3, metric, fingerprint: 'test/3' })

/** What a search can be asked beside its vector and its text. */
export const searchOptionsConformance = (
  create: () => Promise<VectorStore>,
  { describe, it, expect }: TestFunctions,
): void => {
  const ids = (hits: { id: string }[]): string[] => hits.map(({ id }) => id)
  const filled = (
    work: (collection: VectorCollection, store: VectorStore) => Promise<void>,
    metric: Metric = 'cosine',
  ): (() => Promise<void>) => {
    return async () => {
      await using store = await create()
      if (!store.capabilities.metrics.includes(metric)) {
        await expect(store.collection('things', stampOf(metric))).rejects.toMatchObject({ code: 'unsupported' })
        return
      }
      const collection = await store.collection('things', stampOf(metric))
      await collection.upsert([
        { id: 'x', vector: vector(2, 0, 0), text: 'rules for a winter coat', metadata: { doc: { id: 'a' } } },
        { id: 'x2', vector: vector(2, 0.1, 0), text: 'a coat in winter', metadata: { doc: { id: 'a' } } },
        { id: 'xy', vector: vector(1, 1, 0), text: 'travel expenses', metadata: { doc: { id: 'b' } } },
        { id: 'y', vector: vector(0, 3, 0), text: 'wintry weather' },
        { id: 'words', text: 'coat hangers' },
      ])
      await work(collection, store)
    }
  }

  describe('metrics', () => {
    it(
      'dot: by the dot product, longer vectors before shorter ones',
      filled(async (collection) => {
        const hits = await collection.search({ vector: vector(1, 1, 0) })
        expect(ids(hits).slice(0, 2)).toEqual(['y', 'x2'])
        expect(hits[0]!.dot).toBeCloseTo(3, 5)
        expect(hits[0]!.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 5)
        expect(hits[0]!.cosine).toBeUndefined()
        expect(ids(await collection.search({ vector: vector(-1, 0, 0), k: 1 }))).toEqual(['y'])
      }, 'dot'),
    )

    it(
      'l2: by Euclidean distance, the nearest first, and the zero vector is a place like others',
      filled(async (collection) => {
        const hits = await collection.search({ vector: vector(1, 0, 0) })
        expect(ids(hits).slice(0, 3).toSorted()).toEqual(['x', 'x2', 'xy'])
        expect(ids(hits)[3]).toBe('y')
        expect(hits[0]!.distance).toBeCloseTo(1, 5)
        expect(hits[0]!.score).toBeCloseTo(0.5, 5)
        expect(hits[3]!.distance).toBeCloseTo(Math.sqrt(10), 5)
        await collection.upsert([{ id: 'zero', vector: vector(0, 0, 0) }])
        const [nearest] = await collection.search({ vector: vector(0, 0, 0), k: 1 })
        expect(nearest).toMatchObject({ id: 'zero', distance: 0, score: 1 })
      }, 'l2'),
    )
  })

  describe('words', () => {
    it(
      'any, all, one after the other, or the last one as a beginning',
      filled(async (collection) => {
        const found = async (text: string, words: 'any' | 'all' | 'phrase' | 'prefix'): Promise<string[]> =>
          ids(await collection.search({ text, words })).toSorted()
        expect(await found('winter coat', 'any')).toEqual(['words', 'x', 'x2'])
        expect(await found('winter coat', 'all')).toEqual(['x', 'x2'])
        expect(await found('winter coat', 'phrase')).toEqual(['x'])
        expect(await found('coat ha', 'prefix')).toEqual(['words'])
        expect(await found('expen', 'prefix')).toEqual(['xy'])
        expect(await found('expen', 'all')).toEqual([])
      }),
    )
  })

  describe('search options', () => {
    it(
      'leaves out hits below a raw score',
      filled(async (collection) => {
        const threshold = { cosine: 0.99 }
        expect(ids(await collection.search({ vector: vector(1, 0, 0), threshold })).toSorted()).toEqual(['x', 'x2'])
        expect(await collection.search({ vector: vector(0, 0, 1), threshold })).toEqual([])
      }),
    )

    it(
      'keeps the best of each group, by a nested field',
      filled(async (collection) => {
        const hits = await collection.search({ vector: vector(1, 0, 0), group: { by: 'doc.id' } })
        expect(hits.map(({ id, group }) => [id, group])).toEqual([
          ['x', 'a'],
          ['xy', 'b'],
          ['y', undefined],
        ])
      }),
    )

    it(
      'prefers what is new to what repeats',
      filled(async (collection) => {
        const query = { vector: vector(1, 0.3, 0), k: 2 }
        expect(ids(await collection.search(query))).toEqual(['x2', 'x'])
        expect(ids(await collection.search({ ...query, mmr: { lambda: 0.3 } }))).toEqual(['x2', 'y'])
      }),
    )

    it(
      'lets a cross-encoder order the best, and says so',
      filled(async (collection) => {
        const model: Reranker = {
          id: 'longest',
          rerank: async (_, texts) =>
            texts.map((text, index) => ({ index, score: text.length / 100 })).toSorted((a, b) => b.score - a.score),
        }
        const hits = await collection.search({
          vector: vector(0, 1, 0),
          text: 'coat',
          rerank: { model },
          k: 2,
          explain: true,
        })
        expect(ids(hits)).toEqual(['x', 'x2'])
        expect(hits[0]).toMatchObject({ score: 0.23, rerank: 0.23, explain: { rerank: { rank: 1, raw: 0.23 } } })
      }),
    )

    it(
      'explains how a score came about',
      filled(async (collection) => {
        const hits = await collection.search({ vector: vector(0, 1, 0), text: 'coat', explain: true })
        for (const { score, explain } of hits) {
          const { dense, keyword, fused, fusion } = explain!
          expect([fusion, fused]).toEqual(['min-max', score])
          expect(
            (dense?.scaled ?? 0) * (dense?.weight ?? 0) + (keyword?.scaled ?? 0) * (keyword?.weight ?? 0),
          ).toBeCloseTo(score, 6)
        }
        const y = hits.find(({ id }) => id === 'y')!
        expect(y.explain!.dense).toMatchObject({ rank: 1, scaled: 1, weight: 0.65 })
        expect(y.explain!.keyword).toMatchObject({ scaled: 0, weight: 0.35 })
      }),
    )

    it(
      'fuses by ranks on request, and gives one list alone where the other is empty',
      filled(async (collection) => {
        const ranked = await collection.search({
          vector: vector(0, 1, 0),
          text: 'weather',
          fusion: 'rrf',
          weights: { keyword: 1, dense: 1 },
        })
        expect(ranked[0]!.id).toBe('y')
        expect(ranked[0]!.score).toBeCloseTo(2 / 61, 6)
        const alone = await collection.search({ vector: vector(0, 1, 0), text: 'nothing like it' })
        expect(alone[0]).toMatchObject({ id: 'y', score: 1 })
      }),
    )

    it(
      'compares every vector when told to',
      filled(async (collection) => {
        expect(ids(await collection.search({ vector: vector(1, 0, 0), exact: true, k: 3 }))).toEqual(['x', 'x2', 'xy'])
      }),
    )
  })
}
