import type { CollectionStamp, VectorCollection, VectorStore } from '@rt/core'
import { injections } from './injections.ts'
import { searchOptionsConformance } from './search-options.ts'
import type { TestFunctions } from './test-functions.ts'

export interface ConformanceSubject {
  /** Heads the tests. */
  name: string
  /** A new, empty store. The suite closes it. */
  create: () => Promise<VectorStore>
}

const stamp: CollectionStamp = { dimensions: 3, metric: 'cosine', fingerprint: 'test/3' }
const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers)

/** What every VectorStore must do, whatever keeps its data. */
export const vectorStoreConformance = ({ name, create }: ConformanceSubject, tests: TestFunctions): void => {
  const { describe, it, expect } = tests
  const withStore = (work: (store: VectorStore) => Promise<void>) => async (): Promise<void> => {
    await using store = await create()
    await work(store)
  }
  const withCollection = (work: (collection: VectorCollection) => Promise<void>): (() => Promise<void>) =>
    withStore(async (store) => work(await store.collection('things', stamp)))
  const ids = (hits: { id: string }[]): string[] => hits.map(({ id }) => id)

  describe(`${name}: records`, () => {
    it(
      'gives back what was put in, in the order asked, without the unknown',
      withCollection(async (collection) => {
        const full = {
          id: 'a',
          vector: vector(1, 2, 3),
          text: 'one',
          metadata: { n: 1, list: [true, null], deep: { x: 'y' } },
        }
        await collection.upsert([full, { id: 'b', text: 'two' }, { id: 'c', vector: vector(0, 0, 2) }])
        expect(await collection.get(['c', 'missing', 'a', 'b'])).toEqual([
          { id: 'c', vector: vector(0, 0, 2), metadata: {} },
          full,
          { id: 'b', text: 'two', metadata: {} },
        ])
        expect(await collection.count()).toBe(3)
      }),
    )

    it(
      'replaces a record as a whole, and takes the last of an id that comes twice',
      withCollection(async (collection) => {
        await collection.upsert([{ id: 'a', vector: vector(1, 0, 0), text: 'old apple', metadata: { v: 1 } }])
        await collection.upsert([
          { id: 'a', vector: vector(0, 1, 0), text: 'middle' },
          { id: 'a', text: 'new pear' },
        ])
        expect(await collection.get(['a'])).toEqual([{ id: 'a', text: 'new pear', metadata: {} }])
        expect(await collection.count()).toBe(1)
        expect(await collection.search({ vector: vector(1, 0, 0) })).toEqual([])
        expect(await collection.search({ text: 'apple' })).toEqual([])
        expect(ids(await collection.search({ text: 'pear' }))).toEqual(['a'])
      }),
    )

    it(
      'deletes, says how many there were, and finds them no more',
      withCollection(async (collection) => {
        await collection.upsert([
          { id: 'a', vector: vector(1, 0, 0), text: 'apple' },
          { id: 'b', vector: vector(0.9, 0.1, 0), text: 'apple pie' },
        ])
        expect(await collection.delete(['a', 'a', 'missing'])).toBe(1)
        expect(await collection.delete([])).toBe(0)
        expect(ids(await collection.search({ vector: vector(1, 0, 0), text: 'apple' }))).toEqual(['b'])
        await collection.upsert([{ id: 'c', vector: vector(0, 0, 1) }])
        expect(ids(await collection.search({ vector: vector(0, 0, 1), k: 1 }))).toEqual(['c'])
      }),
    )

    it(
      'stores all records of a call or none',
      withCollection(async (collection) => {
        const wrong = [
          { id: 'good', vector: vector(1, 0, 0) },
          { id: 'bad', vector: vector(1, 0) },
        ]
        await expect(collection.upsert(wrong)).rejects.toMatchObject({ code: 'invalid_request' })
        expect(await collection.count()).toBe(0)
      }),
    )

    it(
      'is not changed by what the caller does to a vector afterwards',
      withCollection(async (collection) => {
        const mine = vector(1, 0, 0)
        const writing = collection.upsert([{ id: 'a', vector: mine }])
        mine.fill(7)
        await writing
        expect((await collection.get(['a']))[0]?.vector).toEqual(vector(1, 0, 0))
      }),
    )
  })

  describe(`${name}: bad input`, () => {
    const refused: [string, { id: string; vector?: Float32Array; metadata?: object }][] = [
      ['NaN', { id: 'bad one', vector: vector(1, NaN, 0) }],
      ['Infinity', { id: 'bad one', vector: vector(1, Infinity, 0) }],
      ['a zero vector', { id: 'bad one', vector: vector(0, 0, 0) }],
      ['too many dimensions', { id: 'bad one', vector: vector(1, 2, 3, 4) }],
      ['an empty vector', { id: 'bad one', vector: vector() }],
      ['metadata over 64 KB', { id: 'bad one', metadata: { long: 'x'.repeat(70_000) } }],
      ['metadata that is no JSON', { id: 'bad one', metadata: { when: Number.NaN } }],
    ]
    for (const [what, record] of refused)
      it(
        `refuses ${what}, naming the record`,
        withCollection(async (collection) => {
          const error = await collection.upsert([record as never]).catch((caught: Error) => caught)
          expect(error).toMatchObject({ code: 'invalid_request' })
          expect((error as Error).message).toContain('"bad one"')
        }),
      )

    it(
      'refuses ids that are empty or too long, and queries that ask for nothing',
      withCollection(async (collection) => {
        const invalid = { code: 'invalid_request' }
        await expect(collection.upsert([{ id: '' }])).rejects.toMatchObject(invalid)
        await expect(collection.upsert([{ id: 'é'.repeat(600) }])).rejects.toMatchObject(invalid)
        await collection.upsert([{ id: 'i'.repeat(1024), vector: vector(1, 0, 0) }])
        await expect(collection.search({})).rejects.toMatchObject(invalid)
        await expect(collection.search({ text: 'x', k: 0 })).rejects.toMatchObject(invalid)
        await expect(collection.search({ text: 'x', mode: 'dense' })).rejects.toMatchObject(invalid)
        await expect(collection.search({ vector: vector(1, 0) })).rejects.toMatchObject(invalid)
        await expect(collection.search({ vector: vector(0, 0, 0) })).rejects.toMatchObject(invalid)
      }),
    )

    it(
      'rejects with `aborted` when the signal has fired, and stores nothing',
      withCollection(async (collection) => {
        const signal = AbortSignal.abort()
        const aborted = { code: 'aborted' }
        await expect(collection.upsert([{ id: 'a', text: 'x' }], { signal })).rejects.toMatchObject(aborted)
        await expect(collection.search({ text: 'x' }, { signal })).rejects.toMatchObject(aborted)
        await expect(collection.get(['a'], { signal })).rejects.toMatchObject(aborted)
        expect(await collection.count()).toBe(0)
      }),
    )
  })

  describe(`${name}: search`, () => {
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

  describe(`${name}: collections`, () => {
    it(
      'keeps collections apart',
      withStore(async (store) => {
        const one = await store.collection('one', stamp)
        const two = await store.collection('two', stamp)
        await one.upsert([{ id: 'a', vector: vector(1, 0, 0), text: 'apple' }])
        await two.upsert([{ id: 'a', vector: vector(0, 1, 0), text: 'apple' }])
        expect((await one.search({ vector: vector(1, 0, 0), text: 'apple' }))[0]?.cosine).toBeCloseTo(1, 6)
        expect((await two.search({ vector: vector(1, 0, 0), text: 'apple' }))[0]?.cosine).toBeCloseTo(0, 6)
        await one.delete(['a'])
        expect(await two.count()).toBe(1)
      }),
    )

    it(
      'lists and describes, and forgets what was dropped',
      withStore(async (store) => {
        const collection = await store.collection('one', stamp)
        await store.collection('two')
        await collection.upsert([{ id: 'a', text: 'apple' }])
        const info = await collection.describe()
        expect(info).toMatchObject({ name: 'one', count: 1, stamp })
        expect((await store.list()).map((entry) => [entry.name, entry.count])).toEqual([
          ['one', 1],
          ['two', 0],
        ])
        expect(await store.drop('one')).toBe(true)
        expect(await store.drop('one')).toBe(false)
        await expect(collection.count()).rejects.toMatchObject({ code: 'not_found' })
        await expect(collection.search({ text: 'apple' })).rejects.toMatchObject({ code: 'not_found' })
        await expect(collection.upsert([{ id: 'b' }])).rejects.toMatchObject({ code: 'not_found' })
        expect(await (await store.collection('one', stamp)).count()).toBe(0)
      }),
    )

    it(
      'refuses another stamp with both values and a way out, and adopts the first one it is given',
      withStore(async (store) => {
        await store.collection('plain')
        await store.collection('plain', stamp)
        expect((await (await store.collection('plain')).describe()).stamp).toEqual(stamp)
        for (const other of [
          { ...stamp, dimensions: 4 },
          { ...stamp, fingerprint: 'other/3' },
        ]) {
          const error = await store.collection('plain', other).catch((caught: Error) => caught)
          expect(error).toMatchObject({ code: 'stamp_mismatch', data: { stored: stamp, given: other } })
          expect((error as { hint?: string }).hint).toContain('migrate')
        }
      }),
    )

    it(
      'fixes the dimensions with the first vector when there is no stamp',
      withStore(async (store) => {
        const collection = await store.collection('plain')
        await collection.upsert([{ id: 'a', vector: vector(1, 0) }])
        await expect(collection.upsert([{ id: 'b', vector: vector(1, 0, 0) }])).rejects.toMatchObject({
          code: 'invalid_request',
        })
        await expect(store.collection('plain', stamp)).rejects.toMatchObject({ code: 'stamp_mismatch' })
      }),
    )
  })

  describe(`${name}: what a search can be asked`, () => searchOptionsConformance(create, tests))
}
