import { type Kit, vector } from './kit.ts'

/** Writing records and reading them back. */
export const recordsConformance = ({ describe, it, expect, withCollection, ids }: Kit): void => {
  describe('records', () => {
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
}
