import { type Kit, stamp, vector } from './kit.ts'

/** Records that end. */
export const ttlConformance = ({ describe, it, expect, withCollection, withStore, ids }: Kit): void => {
  describe('records that end', () => {
    it(
      'are there until their moment, and from then on nowhere',
      withCollection(async (collection, _store, time) => {
        const end = time.now + 1000
        await collection.upsert([
          { id: 'short', vector: vector(1, 0, 0), text: 'apple', metadata: { n: 1 }, expires: end },
          { id: 'long', vector: vector(1, 0.1, 0), text: 'apple pie', metadata: { n: 1 }, expires: end + 1 },
          { id: 'ever', vector: vector(0, 1, 0), text: 'apple tree', metadata: { n: 1 } },
        ])
        const everywhere = async (): Promise<unknown[]> => [
          ids(await collection.search({ vector: vector(1, 0, 0) })),
          ids(await collection.search({ vector: vector(1, 0, 0), filter: { n: 1 } })),
          ids(await collection.search({ text: 'apple' })).toSorted(),
          ids(await collection.search({ vector: vector(1, 0, 0), text: 'apple', k: 10 })).toSorted(),
          ids(await collection.get(['short', 'long', 'ever'])),
          ids((await collection.scroll()).records).toSorted(),
          await collection.count(),
          await collection.count({ filter: { n: 1 } }),
          (await collection.describe()).count,
        ]
        const seen = (near: string[]): unknown[] => {
          const sorted = near.toSorted()
          return [near, near, sorted, sorted, near, sorted, near.length, near.length, near.length]
        }
        time.now = end - 1
        expect(await everywhere()).toEqual(seen(['short', 'long', 'ever']))
        time.now = end
        expect(await everywhere()).toEqual(seen(['long', 'ever']))
        time.now = end + 1
        expect(await everywhere()).toEqual(seen(['ever']))
        await collection.upsert([{ id: 'new', vector: vector(1, 0, 0), text: 'apple', metadata: { n: 1 } }])
        expect(await everywhere()).toEqual(seen(['new', 'ever']).with(4, ['ever']))
      }),
    )

    it(
      'are neither updated nor deleted once they have ended, and can be written anew',
      withCollection(async (collection, _store, time) => {
        await collection.upsert([
          { id: 'a', metadata: { n: 1 }, expires: time.now + 10 },
          { id: 'b', metadata: { n: 1 } },
        ])
        time.now += 10
        expect(await collection.update([{ id: 'a', set: { n: 2 } }])).toBe(0)
        expect(await collection.delete({ filter: { n: 1 } })).toBe(1)
        expect(await collection.delete(['a'])).toBe(0)
        await collection.upsert([{ id: 'a', text: 'again' }])
        expect(await collection.get(['a'])).toEqual([{ id: 'a', text: 'again', metadata: {} }])
        time.now += 1e9
        expect(await collection.count()).toBe(1)
      }),
    )

    it(
      'say when they end, and an update does not change it',
      withCollection(async (collection, _store, time) => {
        const expires = time.now + 10
        await collection.upsert([{ id: 'a', expires }])
        await collection.update([{ id: 'a', set: { n: 1 } }])
        expect(await collection.get(['a'])).toEqual([{ id: 'a', metadata: { n: 1 }, expires }])
        expect((await collection.scroll()).records).toEqual([{ id: 'a', metadata: { n: 1 }, expires }])
      }),
    )

    it(
      'end by the `ttl` of their collection, counted from the last time they were put in, unless they say when',
      withCollection(
        async (collection, store, time) => {
          await collection.upsert([{ id: 'a' }, { id: 'b' }, { id: 'own', expires: time.now + 5000 }])
          time.now += 600
          await collection.upsert([{ id: 'b' }])
          time.now += 400
          expect(ids(await collection.get(['a', 'b', 'own']))).toEqual(['b', 'own'])
          time.now += 600
          expect(ids(await collection.get(['a', 'b', 'own']))).toEqual(['own'])
          await expect(store.collection('things', stamp, { ttl: 9 })).rejects.toMatchObject({ code: 'stamp_mismatch' })
        },
        { ttl: 1000 },
      ),
    )

    it(
      'has to end at a whole millisecond, and a `ttl` to be one of at least 1',
      withStore(async (store) => {
        const invalid = { code: 'invalid_request' }
        await expect(store.collection('x', stamp, { ttl: 0 })).rejects.toMatchObject(invalid)
        await expect(store.collection('x', stamp, { ttl: Number.NaN })).rejects.toMatchObject(invalid)
        const collection = await store.collection('x', stamp)
        await expect(collection.upsert([{ id: 'a', expires: 1.5 }])).rejects.toMatchObject(invalid)
        await expect(collection.upsert([{ id: 'a', expires: Number.NaN }])).rejects.toMatchObject(invalid)
      }),
    )
  })
}
