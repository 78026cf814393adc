import type { JsonObject, VectorFilter } from '@rt/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createRandom } from '../../__fixtures__/random.ts'
import { matchesFilter, parseFilter } from '../../filter/index.ts'
import { startPglite } from './__fixtures__/pglite-pool.ts'
import { createPgvectorStore } from './index.ts'

let server: Awaited<ReturnType<typeof startPglite>>
beforeAll(async () => void (server = await startPglite()))
afterAll(() => server[Symbol.asyncDispose]())

/** Plans of the statements that count. */
const explained = async (work: () => Promise<unknown>): Promise<string> => {
  const plans: string[] = []
  const query = server.database.query.bind(server.database)
  const spy = vi.spyOn(server.database, 'query').mockImplementation(async (text, values, options) => {
    if (text.startsWith('SELECT count(*)::float8 AS count FROM'))
      for (const row of (await query<Record<string, string>>(`EXPLAIN ${text}`, values)).rows)
        plans.push(row['QUERY PLAN']!)
    return query(text, values, options) as never
  })
  try {
    await work()
  } finally {
    spy.mockRestore()
  }
  return plans.join('\n')
}

it('makes indexes of fields that filters often ask for ranges of, and answers as without them', async () => {
  await using store = await createPgvectorStore({ pool: server.pool, schema: 'fields' })
  const collection = await store.collection('many')
  const random = createRandom(9)
  const odd = [null, true, 'soon', '2026-02-30', ['2026-01-01'], {}, 'x\0y', 'é'.repeat(3000), 12.5, '7']
  const day = (at: number): string => new Date(at * 86_400_000).toISOString().slice(0, at % 2 ? 10 : 24)
  const metadata = Array.from({ length: 10_000 }, (_, at): JsonObject => {
    const strange = at % 50 === 0 ? odd[(at / 50) % odd.length]! : undefined
    return {
      year: strange ?? Math.floor(random() * 5000),
      "o'dd\\": { day: strange ?? day(Math.floor(random() * 20_000)) },
      name: strange ?? `${at % 10 ? '' : 'n'.repeat(at % 300)}${at}`,
    }
  })
  const ids = metadata.map((_, at) => `${at}`)
  await collection.upsert(ids.map((id, at) => ({ id, metadata: metadata[at]! })))

  const filters: VectorFilter[] = [
    { year: { gte: 100, lt: 120 } },
    { [String.raw`o'dd\\.day`]: { datetime: { gt: '1990-01-01', lte: '1990-03-01T12:00:00Z' } } },
    { name: { gt: 'x' } },
  ]
  const others: VectorFilter[] = [
    { not: { year: { gt: 30 } } },
    { or: [{ year: { lt: 5 } }, { name: { gte: `${'n'.repeat(280)}1`, lt: `${'n'.repeat(280)}4` } }] },
    { name: { gt: 'é'.repeat(2999), lte: 'é'.repeat(3000) } },
    { name: { lt: 'x\0z', gte: 'x\0' }, year: { exists: true } },
  ]
  const check = async (): Promise<void> => {
    for (const filter of [...filters, ...others]) {
      const node = parseFilter(filter)!
      const wanted = metadata.filter((each) => matchesFilter(node, each)).length
      expect([filter, await collection.count({ filter })]).toEqual([filter, wanted])
    }
  }
  await check()
  expect((await collection.describe()).fields).toEqual([])
  // The first condition leaves few records to the others.
  for (let use = 0; use < 20; use++) await collection.count({ filter: { and: filters } })
  await vi.waitFor(async () => expect((await collection.describe()).fields).toHaveLength(3), { timeout: 25_000 })
  expect((await collection.describe()).fields?.toSorted()).toEqual(['name', String.raw`o'dd\\.day`, 'year'])

  // Opened anew: what is known of indexes is read again.
  await using again = await createPgvectorStore({ pool: server.pool, schema: 'fields' })
  const reopened = await again.collection('many')
  for (const filter of filters)
    expect(await explained(() => reopened.count({ filter })), JSON.stringify(filter)).toMatch(/field_\d/)
  const count = collection.count.bind(collection)
  collection.count = reopened.count.bind(reopened)
  await check()
  collection.count = count
})
