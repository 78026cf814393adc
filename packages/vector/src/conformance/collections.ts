import { type Kit, stamp, vector } from './kit.ts'

/** Making, describing and dropping collections. */
export const collectionsConformance = ({ describe, it, expect, withStore }: Kit): void => {
  describe('collections', () => {
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
        const anew = await store.collection('one', { ...stamp, metric: 'l2' })
        await expect(collection.upsert([{ id: 'b' }])).rejects.toMatchObject({ code: 'not_found' })
        await expect(collection.count()).rejects.toMatchObject({ code: 'not_found' })
        expect(await anew.count()).toBe(0)
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
}
