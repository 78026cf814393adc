import type { VectorFilter, VectorRecord } from '@rt/core'
import { matchesFilter, parseFilter } from '../filter/index.ts'
import { injections } from './injections.ts'
import { type Kit, vector } from './kit.ts'
import { createRandom } from './random.ts'
import { createRandomFilters } from './random-filter.ts'

const BOOKS: readonly (VectorRecord & { metadata: object })[] = [
  {
    id: 'one',
    metadata: { lang: 'en', year: 2020, tags: ['a', 'b'], author: { name: 'Ada' }, at: '2026-01-31T09:30:00Z' },
  },
  { id: 'two', metadata: { lang: 'de', year: 2021.5, tags: ['b'], author: { name: 'Bob' }, at: '2026-01-31' } },
  { id: 'three', metadata: { lang: null, year: '2021', tags: [], author: null, at: 'soon' } },
  { id: 'four', metadata: { lang: 'English', year: 2020, tags: 'ab', 'dotted.key': true, and: 1, nested: [{ a: 1 }] } },
  { id: 'five', metadata: {} },
]

/** Each filter and the records it leaves. */
const CASES: readonly [VectorFilter, string[]][] = [
  [{ lang: 'en' }, ['one']],
  [{ lang: { eq: 'en' } }, ['one']],
  [{ lang: null }, ['three']],
  [{ year: 2020 }, ['one', 'four']],
  [{ year: '2021' }, ['three']],
  [{ tags: ['a', 'b'] }, ['one']],
  [{ tags: ['b', 'a'] }, []],
  [{ tags: { eq: [] } }, ['three']],
  [{ author: { name: 'Ada' } }, ['one']],
  [{ nested: [{ a: 1 }] }, ['four']],
  [{ lang: { ne: 'en' } }, ['two', 'three', 'four', 'five']],
  [{ lang: { in: ['en', null] } }, ['one', 'three']],
  [{ year: { in: [2020, '2021', true] } }, ['one', 'three', 'four']],
  [{ lang: { in: [] } }, []],
  [{ tags: { in: [['b'], 'ab'] } }, ['two', 'four']],
  [{ lang: { nin: ['en', 'de'] } }, ['three', 'four', 'five']],
  [{ lang: { nin: [] } }, ['one', 'two', 'three', 'four', 'five']],
  [{ year: { gt: 2020 } }, ['two']],
  [{ year: { gte: 2020, lt: 2021.5 } }, ['one', 'four']],
  [{ year: { lte: 3000 } }, ['one', 'two', 'four']],
  [{ year: { gte: '2' } }, ['three']],
  [{ lang: { gt: 'de', lte: 'en' } }, ['one']],
  [{ lang: { lt: 'a' } }, ['four']],
  [{ lang: { exists: true } }, ['one', 'two', 'three', 'four']],
  [{ lang: { exists: false } }, ['five']],
  [{ lang: { null: true } }, ['three']],
  [{ lang: { null: false } }, ['one', 'two', 'four']],
  [{ tags: { contains: 'b' } }, ['one', 'two', 'four']],
  [{ tags: { contains: 'ab' } }, ['four']],
  [{ lang: { contains: 'n' } }, ['one', 'four']],
  [{ lang: { contains: 'N' } }, []],
  [{ lang: { prefix: 'En' } }, ['four']],
  [{ lang: { prefix: '' } }, ['one', 'two', 'four']],
  [{ at: { datetime: { gte: '2026-01-31', lt: '2026-02-01' } } }, ['one', 'two']],
  [{ at: { datetime: { gt: '2026-01-31T10:00:00+01:00' } } }, ['one']],
  [{ at: { datetime: { lte: new Date('2026-01-31T09:30:00Z') } } }, ['one', 'two']],
  [{ 'author.name': 'Bob' }, ['two']],
  [{ 'author.name': { exists: false } }, ['three', 'four', 'five']],
  [{ 'author.name.first': { exists: false } }, ['one', 'two', 'three', 'four', 'five']],
  [{ 'tags.0': 'a' }, []],
  [{ 'dotted\\.key': true }, ['four']],
  [{ 'dotted.key': true }, []],
  [{ '\\and': 1 }, ['four']],
  [{ lang: 'en', year: 2020 }, ['one']],
  [{ and: [{ year: 2020 }, { not: { lang: 'en' } }] }, ['four']],
  [{ or: [{ lang: 'de' }, { 'author.name': 'Ada' }] }, ['one', 'two']],
  [{ or: [] }, []],
  [{ and: [] }, ['one', 'two', 'three', 'four', 'five']],
  [{ not: { or: [{ lang: 'en' }, { year: { exists: false } }] } }, ['two', 'three', 'four']],
  [{ not: { not: { lang: 'en' } } }, ['one']],
]

const WRONG: readonly [VectorFilter, string][] = [
  [{ lang: { eqq: 'en', eq: 'en' } }, 'did you mean "eq"'],
  [{ year: { gtt: 2020 } }, 'did you mean "gt"'],
  [{ lang: { in: 'en' as never } }, 'takes a list'],
  [{ lang: { exists: 'yes' as never } }, 'true or false'],
  [{ year: { gt: null as never } }, 'a number or a text'],
  [{ year: { gt: Number.NaN } }, 'a number or a text'],
  [{ at: { datetime: { gte: '31.1.2026' } } }, '2026-01-31'],
  [{ at: { datetime: {} } }, 'gt, gte, lt, lte'],
  [{ lang: { prefix: 1 as never } }, 'takes a text'],
  [{ or: { lang: 'en' } as never }, 'a list of filters'],
  [{ lang: undefined }, 'undefined'],
  [{ 'a..b': 1 }, 'both sides'],
]

/** Records and filters of the random comparison. */
const RANDOM = { records: 60, filters: 120, seed: 11 }

/** Which records a filter leaves: the same ones everywhere. */
export const filtersConformance = ({ describe, it, expect, withCollection, ids }: Kit): void => {
  describe('filters', () => {
    it(
      'know every operator',
      withCollection(async (collection) => {
        await collection.upsert([...BOOKS] as VectorRecord[])
        for (const [filter, expected] of CASES) {
          const found = ids((await collection.scroll({ filter })).records)
          const order = ids([...BOOKS])
          expect([filter, found.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))]).toEqual([filter, expected])
        }
      }),
    )

    it(
      'hold for searching, counting and deleting too',
      withCollection(async (collection) => {
        await collection.upsert(BOOKS.map((book, n) => ({ ...book, vector: vector(1, n, 0), text: 'a book' })))
        const filter = { or: [{ lang: 'de' }, { 'author.name': 'Ada' }] }
        expect(ids(await collection.search({ vector: vector(1, 0, 0), filter }))).toEqual(['one', 'two'])
        expect(ids(await collection.search({ text: 'book', filter })).toSorted()).toEqual(['one', 'two'])
        expect(ids(await collection.search({ vector: vector(1, 0, 0), text: 'book', filter })).toSorted()).toEqual([
          'one',
          'two',
        ])
        expect(await collection.count({ filter })).toBe(2)
        expect(await collection.delete({ filter })).toBe(2)
        expect(ids((await collection.scroll()).records).toSorted()).toEqual(['five', 'four', 'three'])
      }),
    )

    it(
      'leave what the reference leaves, whatever the metadata',
      withCollection(async (collection) => {
        const random = createRandomFilters(createRandom(RANDOM.seed))
        const records = Array.from({ length: RANDOM.records }, (_, n) => ({ id: `r${n}`, metadata: random.metadata() }))
        await collection.upsert(records)
        for (let round = 0; round < RANDOM.filters; round++) {
          const filter = random.filter()
          const node = parseFilter(filter)
          const expected = records.filter(({ metadata }) => !node || matchesFilter(node, metadata))
          const found = ids((await collection.scroll({ filter, vectors: false })).records)
          expect([filter, found.toSorted()]).toEqual([filter, ids(expected).toSorted()])
        }
      }),
    )

    for (const { what, value } of injections)
      it(
        `take ${what} as a name and as a value`,
        withCollection(async (collection) => {
          await collection.upsert([{ id: 'odd', metadata: { [value]: value, list: [value] } }, { id: 'plain' }])
          const key = value.replaceAll(/[\\.]/g, String.raw`\$&`)
          for (const filter of [
            { [key]: value },
            { [key]: { in: [value, 'x'] } },
            { [key]: { prefix: value } },
            { [key]: { contains: value } },
            { [key]: { gte: value, lte: value } },
            { list: { contains: value } },
          ])
            expect(ids((await collection.scroll({ filter })).records)).toEqual(['odd'])
          expect(await collection.count({ filter: { [key]: { ne: value } } })).toBe(1)
          expect(await collection.count()).toBe(2)
        }),
      )

    it(
      'say what is wrong with them, also where there is no record yet',
      withCollection(async (collection) => {
        const near = vector(1, 0, 0)
        for (const records of [[], [{ id: 'a', vector: near, text: 'a book' }]]) {
          await collection.upsert(records)
          for (const [filter, words] of WRONG)
            for (const ask of [
              () => collection.count({ filter }),
              () => collection.scroll({ filter }),
              () => collection.delete({ filter }),
              () => collection.search({ text: 'book', filter }),
              () => collection.search({ vector: near, filter }),
              () => collection.search({ vector: near, text: 'book', filter }),
            ]) {
              const error = (await ask().catch((caught: unknown) => caught)) as Error
              expect(error).toMatchObject({ code: 'invalid_request' })
              expect(error.message + String((error as { hint?: string }).hint)).toContain(words)
            }
        }
      }),
    )
  })
}
