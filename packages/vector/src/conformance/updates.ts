import { type Kit, vector } from './kit.ts'

/** Changing metadata, deleting by filter, counting by filter. */
export const updatesConformance = ({ describe, it, expect, withCollection, ids }: Kit): void => {
  describe('updates and deletions', () => {
    it(
      'merges metadata key by key and leaves vector and text alone',
      withCollection(async (collection) => {
        const record = { id: 'a', vector: vector(1, 0, 0), text: 'apple', metadata: { keep: 1, deep: { x: 1, y: 2 } } }
        await collection.upsert([record, { id: 'b' }])
        const changed = await collection.update([
          { id: 'a', set: { deep: { z: 3 }, none: null } },
          { id: 'missing', set: { x: 1 } },
          { id: 'b', set: { first: true } },
        ])
        expect(changed).toBe(2)
        expect(await collection.get(['a', 'b'])).toEqual([
          { ...record, metadata: { keep: 1, deep: { z: 3 }, none: null } },
          { id: 'b', metadata: { first: true } },
        ])
        expect(ids(await collection.search({ vector: vector(1, 0, 0), filter: { none: null } }))).toEqual(['a'])
        expect(ids(await collection.search({ text: 'apple', filter: { 'deep.z': 3 } }))).toEqual(['a'])
      }),
    )

    it(
      'removes keys, after it has set others, and applies changes of one record in their order',
      withCollection(async (collection) => {
        await collection.upsert([{ id: 'a', metadata: { one: 1, two: 2 } }])
        await collection.update([
          { id: 'a', set: { one: 10, three: 3 }, remove: ['two', 'three', 'absent'] },
          { id: 'a', set: { two: 'again' } },
        ])
        expect(await collection.get(['a'])).toEqual([{ id: 'a', metadata: { one: 10, two: 'again' } }])
        expect(await collection.update([])).toBe(0)
      }),
    )

    it(
      'refuses metadata that would become too large, and changes nothing then',
      withCollection(async (collection) => {
        await collection.upsert([{ id: 'a', metadata: { long: 'x'.repeat(60_000) } }])
        const changes = [{ id: 'a', set: { more: 'y'.repeat(10_000) } }]
        await expect(collection.update(changes)).rejects.toMatchObject({ code: 'invalid_request' })
        expect(Object.keys((await collection.get(['a']))[0]!.metadata!)).toEqual(['long'])
      }),
    )

    it(
      'deletes what matches a filter, in any number, and refuses an empty filter',
      withCollection(async (collection) => {
        await collection.upsert(
          Array.from({ length: 3000 }, (_, n) => ({ id: `r${n}`, vector: vector(1, n, 0), metadata: { n } })),
        )
        expect(await collection.count({ filter: { n: { lt: 2500 } } })).toBe(2500)
        expect(await collection.delete({ filter: { n: { lt: 2500 } } })).toBe(2500)
        expect(await collection.delete({ filter: { n: { lt: 2500 } } })).toBe(0)
        expect(await collection.count()).toBe(500)
        expect(await collection.count({ filter: { n: { lt: 2501 } } })).toBe(1)
        expect(ids(await collection.search({ vector: vector(1, 0, 0), k: 1 }))).toEqual(['r2500'])
        await expect(collection.delete({ filter: {} })).rejects.toMatchObject({ code: 'invalid_request' })
        expect(await collection.count()).toBe(500)
      }),
    )

    it(
      'rejects with `aborted` when the signal has fired, and changes nothing',
      withCollection(async (collection) => {
        await collection.upsert([{ id: 'a', metadata: { n: 1 } }])
        const signal = AbortSignal.abort()
        const aborted = { code: 'aborted' }
        await expect(collection.update([{ id: 'a', set: { n: 2 } }], { signal })).rejects.toMatchObject(aborted)
        await expect(collection.delete(['a'], { signal })).rejects.toMatchObject(aborted)
        await expect(collection.delete({ filter: { n: 1 } }, { signal })).rejects.toMatchObject(aborted)
        await expect(collection.count({ signal })).rejects.toMatchObject(aborted)
        await expect(collection.scroll({ signal })).rejects.toMatchObject(aborted)
        expect(await collection.get(['a'])).toEqual([{ id: 'a', metadata: { n: 1 } }])
      }),
    )
  })
}
