import { type Kit, stamp, vector } from './kit.ts'

/** Another name for a collection, also the name of one that goes in the same moment. */
export const renameConformance = ({ describe, it, expect, withStore, ids }: Kit): void => {
  describe('other names', () => {
    it(
      'gives a collection another name, with its records and aliases',
      withStore(async (store) => {
        const draft = await store.collection('draft', stamp)
        await draft.upsert([{ id: 'a', vector: vector(1, 0, 0), text: 'apple' }])
        await store.alias({ live: 'draft' })
        if (!store.capabilities.rename)
          return void (await expect(store.rename('draft', 'final')).rejects.toMatchObject({ code: 'unsupported' }))
        await store.rename('draft', 'final')
        expect((await store.list()).map(({ name, count, aliases }) => [name, count, aliases])).toEqual([
          ['final', 1, ['live']],
        ])
        const final = await store.collection('final', stamp)
        expect((await final.search({ vector: vector(1, 0, 0), text: 'apple' }))[0]?.id).toBe('a')
        await store.rename('final', 'final')
        await expect(store.rename('draft', 'other')).rejects.toMatchObject({ code: 'not_found' })
        await expect(store.rename('final', 'live')).rejects.toMatchObject({ code: 'invalid_request' })
      }),
    )

    it(
      'takes the place of another only when told to, and keeps the aliases of both',
      withStore(async (store) => {
        if (!store.capabilities.rename) return
        const other = { ...stamp, fingerprint: 'other/3' }
        await (await store.collection('notes', stamp)).upsert([{ id: 'old', vector: vector(1, 0, 0) }])
        await (await store.collection('next', other)).upsert([{ id: 'new', vector: vector(1, 0, 0) }])
        await store.alias({ one: 'notes', two: 'next' })
        const error = await store.rename('next', 'notes').catch((caught: Error) => caught)
        expect(error).toMatchObject({ code: 'invalid_request' })
        expect((error as { hint?: string }).hint).toContain('replace: true')
        await store.rename('next', 'notes', { replace: true })
        expect((await store.list()).map(({ name, aliases, stamp: kept }) => [name, aliases, kept])).toEqual([
          ['notes', ['one', 'two'], other],
        ])
        const notes = await store.collection('notes', other)
        expect((await notes.search({ vector: vector(1, 0, 0) })).map(({ id }) => id)).toEqual(['new'])
      }),
    )

    it(
      'leaves what is open as it is: it goes on, or is gone with what was replaced',
      withStore(async (store) => {
        if (!store.capabilities.rename) return
        const [draft, old] = [await store.collection('draft', stamp), await store.collection('final')]
        await draft.upsert([{ id: 'new', vector: vector(1, 0, 0) }])
        const searches = Array.from({ length: 5 }, () => draft.search({ vector: vector(1, 0, 0) }))
        await store.rename('draft', 'final', { replace: true })
        for (const hits of await Promise.all(searches)) expect(ids(hits)).toEqual(['new'])
        await expect(old.count()).rejects.toMatchObject({ code: 'not_found' })
        await expect(old.upsert([{ id: 'lost' }])).rejects.toMatchObject({ code: 'not_found' })
        await draft.upsert([{ id: 'newer' }])
        const final = await store.collection('final')
        expect(final.name).toBe('final')
        for (const handle of [draft, final]) expect(ids(await handle.get(['new', 'newer']))).toEqual(['new', 'newer'])
      }),
    )
  })
}
