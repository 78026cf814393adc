import { type Kit, stamp, vector } from './kit.ts'

/** Names that point at collections. */
export const aliasesConformance = ({ describe, it, expect, withStore, ids }: Kit): void => {
  describe('aliases', () => {
    it(
      'opens a collection by its alias, and lists aliases with their collections',
      withStore(async (store) => {
        const blue = await store.collection('blue', stamp)
        await store.collection('green', stamp)
        await store.alias({ live: 'blue', newest: 'green', alsoLive: 'blue' })
        await blue.upsert([{ id: 'a', vector: vector(1, 0, 0) }])
        const live = await store.collection('live', stamp)
        expect(live.name).toBe('blue')
        expect(await live.count()).toBe(1)
        expect((await live.describe()).aliases).toEqual(['alsoLive', 'live'])
        expect((await store.list()).map(({ name, aliases }) => [name, aliases])).toEqual([
          ['blue', ['alsoLive', 'live']],
          ['green', ['newest']],
        ])
        await expect(store.collection('live', { ...stamp, dimensions: 9 })).rejects.toMatchObject({
          code: 'stamp_mismatch',
        })
      }),
    )

    it(
      'switches all at once; what is open stays what it was',
      withStore(async (store) => {
        await (await store.collection('blue', stamp)).upsert([{ id: 'blue' }])
        await (await store.collection('green', stamp)).upsert([{ id: 'green' }])
        await store.alias({ live: 'blue', spare: 'green' })
        const before = await store.collection('live')
        await store.alias({ live: 'green', spare: 'blue' })
        expect(ids((await before.scroll()).records)).toEqual(['blue'])
        expect(ids((await (await store.collection('live')).scroll()).records)).toEqual(['green'])
        expect(ids((await (await store.collection('spare')).scroll()).records)).toEqual(['blue'])
      }),
    )

    it(
      'takes all changes of a call or none',
      withStore(async (store) => {
        await store.collection('blue')
        await store.alias({ live: 'blue' })
        await expect(store.alias({ live: null, other: 'missing' })).rejects.toMatchObject({ code: 'not_found' })
        await expect(store.alias({ live: null, blue: 'blue' })).rejects.toMatchObject({ code: 'invalid_request' })
        await expect(store.alias({ more: 'live' })).rejects.toMatchObject({ code: 'invalid_request' })
        await expect(store.alias({ '': 'blue' })).rejects.toMatchObject({ code: 'invalid_request' })
        expect((await store.list())[0]?.aliases).toEqual(['live'])
        await store.alias({ live: null, absent: null })
        expect((await store.list())[0]?.aliases ?? []).toEqual([])
      }),
    )

    it(
      'refuses to drop an alias; those of a collection go with it, and are free again',
      withStore(async (store) => {
        await store.collection('blue')
        await store.alias({ live: 'blue' })
        await expect(store.drop('live')).rejects.toMatchObject({ code: 'invalid_request' })
        expect(await store.drop('blue')).toBe(true)
        const fresh = await store.collection('live')
        expect(fresh.name).toBe('live')
        expect((await store.list()).map(({ name }) => name)).toEqual(['live'])
      }),
    )
  })
}
