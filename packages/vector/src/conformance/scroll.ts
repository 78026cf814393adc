import type { ScrollOptions, VectorCollection, VectorRecord } from '@rt/core'
import { type Kit, stamp, vector } from './kit.ts'

/** Reading a collection page by page. */
export const scrollConformance = ({ describe, it, expect, withCollection, ids }: Kit): void => {
  const all = async (collection: VectorCollection, options: ScrollOptions = {}): Promise<VectorRecord[][]> => {
    const pages: VectorRecord[][] = []
    let after: string | undefined
    do {
      const page = await collection.scroll({ ...options, ...(after !== undefined && { after }) })
      pages.push(page.records)
      after = page.next
    } while (after !== undefined)
    return pages
  }

  describe('scroll', () => {
    it(
      'gives every record once, whole, in an order that stays the same',
      withCollection(async (collection, store) => {
        const other = await store.collection('other', stamp)
        const records = Array.from({ length: 25 }, (_, n) => ({
          id: `r${n}`,
          vector: vector(1, n, 0),
          text: `text ${n}`,
          metadata: { n },
        }))
        await other.upsert(records.map((record) => ({ ...record, id: `other ${record.id}` })))
        await collection.upsert(records)
        const pages = await all(collection, { limit: 7 })
        expect(pages.slice(0, 3).map((page) => page.length)).toEqual([7, 7, 7])
        const found = pages.flat()
        expect(found.toSorted((a, b) => Number(a.metadata?.n) - Number(b.metadata?.n))).toEqual(records)
        expect(ids((await all(collection)).flat())).toEqual(ids(found))
      }),
    )

    it(
      'goes on behind what was deleted, and leaves out vectors and what does not match',
      withCollection(async (collection) => {
        await collection.upsert(
          Array.from({ length: 20 }, (_, n) => ({
            id: `r${n}`,
            vector: vector(1, n, 0),
            metadata: { even: n % 2 === 0 },
          })),
        )
        const first = await collection.scroll({ limit: 4, filter: { even: true }, vectors: false })
        expect(first.records.map((record) => Object.keys(record).toSorted())).toEqual(
          Array.from({ length: 4 }, () => ['id', 'metadata']),
        )
        await collection.delete(ids(first.records))
        const rest = await collection.scroll({ limit: 100, filter: { even: true }, after: first.next! })
        expect(new Set(ids([...first.records, ...rest.records])).size).toBe(10)
        expect(rest.next).toBeUndefined()
      }),
    )

    it(
      'has one empty page of nothing, and refuses what is no page',
      withCollection(async (collection, store) => {
        expect(await collection.scroll()).toEqual({ records: [] })
        const invalid = { code: 'invalid_request' }
        await expect(collection.scroll({ limit: 0 })).rejects.toMatchObject(invalid)
        await expect(collection.scroll({ limit: 1.5 })).rejects.toMatchObject(invalid)
        await expect(collection.scroll({ after: 'nowhere' })).rejects.toMatchObject(invalid)
        await store.drop('things')
        await expect(collection.scroll()).rejects.toMatchObject({ code: 'not_found' })
      }),
    )
  })
}
