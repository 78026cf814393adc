import type { VectorCollection } from '@rt/core'
import { injections } from './injections.ts'
import { type Kit, vector } from './kit.ts'

/** Dense, keyword and hybrid search. */
export const searchConformance = ({ describe, it, expect, withCollection, ids }: Kit): void => {
  describe('search', () => {
    const fill = (collection: VectorCollection): Promise<void> =>
      collection.upsert([
        { id: 'x', vector: vector(2, 0, 0), text: 'coat rules for the winter', metadata: { lang: 'en', n: 1 } },
        { id: 'xy', vector: vector(1, 1, 0), text: 'travel expenses', metadata: { lang: 'en', n: 2 } },
        { id: 'y', vector: vector(0, 3, 0), text: 'Wintermantel und Reise', metadata: { lang: 'de', n: null } },
        { id: 'words', text: 'winter winter winter', metadata: { tags: ['a', 'b'], nested: { b: 1, a: 2 } } },
        { id: 'minus', vector: vector(-1, 0, 0) },
      ])

    it(
      'orders by exact cosine, whatever the length of the vectors',
      withCollection(async (collection) => {
        await fill(collection)
        const hits = await collection.search({ vector: vector(5, 0, 0), k: 4 })
        expect(ids(hits)).toEqual(['x', 'xy', 'y', 'minus'])
        for (const [index, cosine] of [1, Math.SQRT1_2, 0, -1].entries()) {
          expect(hits[index]?.cosine).toBeCloseTo(cosine, 6)
          expect(hits[index]?.score).toBeCloseTo(Math.max(0, cosine), 6)
          expect(hits[index]?.bm25).toBeUndefined()
        }
        expect(hits[0]).toMatchObject({ text: 'coat rules for the winter', metadata: { lang: 'en', n: 1 } })
      }),
    )

    it(
      'finds words by stem and case, best first, with raw BM25 above 0 and a score in [0, 1]',
      withCollection(async (collection) => {
        await fill(collection)
        const hits = await collection.search({ text: 'What are the WINTERS like?' })
        expect(ids(hits)).toEqual(['words', 'x'])
        expect(hits[0]!.score).toBe(1)
        expect(hits[1]!.score).toBe(0)
        expect(hits[0]!.bm25! > hits[1]!.bm25! && hits[1]!.bm25! > 0).toBe(true)
        expect(hits[0]!.cosine).toBeUndefined()
      }),
    )

    it(
      'fuses both lists, with the raw scores of each hit beside the fused one',
      withCollection(async (collection) => {
        await fill(collection)
        const hits = await collection.search({ vector: vector(0, 1, 0), text: 'winter', k: 5 })
        // Dense, scaled from [0, 1]: y 1, xy 0.707, x and minus 0. Keyword: words 1, x 0.
        expect(ids(hits).slice(0, 3)).toEqual(['y', 'xy', 'words'])
        expect(hits[0]!.score).toBeCloseTo(0.65, 6)
        expect(hits[1]!.score).toBeCloseTo(0.65 * Math.SQRT1_2, 6)
        expect(hits[2]!.score).toBeCloseTo(0.35, 6)
        expect(hits[0]!.cosine).toBeCloseTo(1, 6)
        const x = hits.find(({ id }) => id === 'x')!
        expect(x.cosine).toBeCloseTo(0, 6)
        expect(x.bm25! > 0).toBe(true)
      }),
    )

    it(
      'takes weights, which need not sum to 1',
      withCollection(async (collection) => {
        await fill(collection)
        const hits = await collection.search({
          vector: vector(0, 1, 0),
          text: 'winter',
          weights: { keyword: 6, dense: 2 },
        })
        expect(hits[0]).toMatchObject({ id: 'words' })
        expect(hits[0]!.score).toBeCloseTo(0.75, 6)
      }),
    )

    it(
      'filters by equality on metadata, types and all',
      withCollection(async (collection) => {
        await fill(collection)
        const dense = async (filter: object): Promise<string[]> =>
          ids(await collection.search({ vector: vector(1, 0, 0), filter: filter as never }))
        expect(await dense({ lang: 'en' })).toEqual(['x', 'xy'])
        expect(await dense({ lang: 'en', n: 2 })).toEqual(['xy'])
        expect(await dense({ n: '2' })).toEqual([])
        expect(await dense({ n: null })).toEqual(['y'])
        expect(await dense({})).toEqual(['x', 'xy', 'y', 'minus'])
        expect(ids(await collection.search({ text: 'winter', filter: { tags: ['a', 'b'] } }))).toEqual(['words'])
        expect(ids(await collection.search({ text: 'winter', filter: { nested: { a: 2, b: 1 } } }))).toEqual(['words'])
        expect(await collection.search({ text: 'winter', filter: { tags: ['b', 'a'] } })).toEqual([])
      }),
    )

    it(
      'finds nothing in an empty collection',
      withCollection(async (collection) => {
        expect(await collection.search({ vector: vector(1, 0, 0), text: 'winter' })).toEqual([])
      }),
    )

    for (const { what, value } of injections)
      it(
        `takes ${what} as data: as text, id, metadata, filter and query`,
        withCollection(async (collection) => {
          await fill(collection)
          const record = { id: 'odd', text: value, metadata: { [value]: value, plain: value } }
          await collection.upsert([record])
          expect(await collection.get(['odd'])).toEqual([record])
          await collection.search({ text: value })
          const found = await collection.search({
            vector: vector(1, 0, 0),
            text: `winter ${value}`,
            filter: { plain: value },
          })
          expect(found.every(({ id }) => id === 'odd')).toBe(true)
          expect(await collection.search({ text: 'winter', filter: { [value]: 'other' } })).toEqual([])
          expect(await collection.count()).toBe(6)
        }),
      )
  })
}
