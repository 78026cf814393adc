import { expect, it } from 'vitest'
import { parseFilter } from '../../filter/index.ts'
import type { CollectionCalls } from './client.ts'
import { createSource } from './source.ts'
import type { StoredCollection } from './stored-collection.ts'

const POINTS = 25_000
const PAGE = 1000

/** A collection of points that all match, and give their number as score. */
const createCalls = (asked: number[]): CollectionCalls => {
  const api = {
    scrollPoints: async ({ offset = '0' }: { offset?: string }) => {
      const first = Number(offset)
      const points = Array.from({ length: PAGE }, (_, at) => ({
        id: `${first + at}`,
        payload: { metadata: '{"name":"apple"}' },
      }))
      const next = first + PAGE < POINTS ? `${first + PAGE}` : null
      return { data: { result: { points, next_page_offset: next } } }
    },
    queryBatchPoints: async ({
      searches,
    }: {
      searches: { filter: { must: [{ has_id: string[] }] }; limit: number }[]
    }) => {
      asked.push(searches.reduce((sum, { filter }) => sum + filter.must[0].has_id.length, 0))
      const result = searches.map(({ filter, limit }) => ({
        points: filter.must[0].has_id
          .toSorted((a, b) => Number(b) - Number(a))
          .slice(0, limit)
          .map((id) => ({ score: Number(id), payload: { id } })),
      }))
      return { data: { result } }
    },
  }
  return {
    physical: 'many',
    name: 'many',
    call: async (work) => (await work(api as never, {})).data.result!,
  }
}

it('asks for what Qdrant cannot filter piece by piece, and gives the best of all', async () => {
  const asked: number[] = []
  const state = async (): Promise<StoredCollection> =>
    ({ metric: 'dot', dimensions: 2, options: {} }) as unknown as StoredCollection
  const source = createSource(createCalls(asked), { state, now: 0 })
  const filter = parseFilter({ name: { contains: 'ppl' } })
  const hits = await source.dense(Float32Array.of(1, 0), { k: 3, filter, exact: false })
  expect(hits.map(({ id }) => id)).toEqual(['24999', '24998', '24997'])
  // A request of all of them would be refused for its size, and writing it hold everybody up.
  expect(asked).toEqual([10_000, 10_000, 5000])
})
