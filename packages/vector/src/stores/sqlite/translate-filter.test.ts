import type { JsonObject } from '@rt/core'
import { type Database, openDatabase } from '@rt/node/sqlite'
import { describe, expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { createRandomFilters, type RandomFilters } from '../../conformance/random-filter.ts'
import { createRandom } from '../../conformance/random.ts'
import { matchesFilter, parseFilter } from '../../filter/index.ts'
import { createSqliteStore } from '../../index.ts'
import { stepFields } from './fields/keep-fields.ts'
import { matchingKeys } from './matching-keys.ts'

const RECORDS = 150
const FILTERS = 600

/** Compares what the store finds with the reference. Answers pairs that differ. */
const compare = async (
  database: Database,
  records: { id: string; metadata: JsonObject }[],
  random: RandomFilters,
): Promise<unknown[]> => {
  const wrong: unknown[] = []
  for (let round = 0; round < FILTERS; round++) {
    const filter = random.filter()
    const node = parseFilter(filter)
    const options = { after: '', limit: records.length, now: 0 }
    const keys = new Set(await matchingKeys(database, { id: 1, name: 'things' }, node, options))
    for (const { id, metadata } of records)
      if (keys.has(id) !== (!node || matchesFilter(node, metadata))) wrong.push({ filter, metadata })
  }
  return wrong.slice(0, 3)
}

describe('filters in SQL', () => {
  it('leave what the reference leaves, without and with indexes of fields, before and after records change', async () => {
    using file = temporaryFile()
    await using database = await openDatabase({ path: file.path })
    await using store = await createSqliteStore({ database })
    const collection = await store.collection('things')
    const random = createRandomFilters(createRandom(5))
    const make = (): { id: string; metadata: JsonObject }[] =>
      Array.from({ length: RECORDS }, (_, n) => ({ id: `r${n}`, metadata: random.metadata() }))
    const first = make()
    await collection.upsert(first)
    expect(await compare(database, first, random)).toEqual([])

    // Every path the filters ask for. So few records are not worth it, which is why they are put in by hand.
    const paths = random.paths().map((path) => [JSON.stringify(path)])
    await database.write({
      sql: "INSERT INTO vector_fields (collection, path, state, used) VALUES (1, ?, 'filling', 0)",
      each: paths,
    })
    while (await stepFields(database, 0));
    const states = await database.all('SELECT state, count(*) AS n FROM vector_fields GROUP BY state')
    expect(states).toEqual([{ state: 'ready', n: paths.length }])
    expect(await compare(database, first, random)).toEqual([])

    const second = make().slice(0, 120)
    await collection.upsert(second.slice(0, 100))
    await collection.update(
      second.slice(100).map(({ id, metadata }, n) => {
        const old = Object.keys(first[100 + n]!.metadata)
        return { id, set: metadata, remove: old.filter((key) => !Object.hasOwn(metadata, key)) }
      }),
    )
    await collection.delete(first.slice(120).map(({ id }) => id))
    expect(await compare(database, second, random)).toEqual([])
  })
})
