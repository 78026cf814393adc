import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { createSqliteStore } from '../../index.ts'

const stamp = { dimensions: 8, metric: 'cosine', fingerprint: 'large/8' } as const
const EDGES = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 7, 2 ** 33, Number.MAX_SAFE_INTEGER]

it('numbers records beyond 2^32, and keeps numbers of that size apart in metadata, filters, ends and ids', async () => {
  using file = temporaryFile()
  const random = createRandom(6)
  {
    await using store = await createSqliteStore({ path: file.path })
    await (await store.collection('first', stamp)).upsert([{ id: 'one', vector: randomVector(random, 8) }])
  }
  // The next record is numbered after the highest: as in a store that has seen billions.
  const database = new DatabaseSync(file.path)
  database.exec(`INSERT INTO vector_records (id, collection, key, version, metadata)
    SELECT ${2 ** 32 - 3}, collection, 'old', 1, '{}' FROM vector_records`)
  database.close()

  await using store = await createSqliteStore({ path: file.path })
  const collection = await store.collection('second', stamp)
  const records = EDGES.map((number) => ({
    id: String(number),
    vector: randomVector(random, 8),
    text: `word${number}`,
    metadata: { number, other: number % 7 },
    expires: Date.now() + 2 ** 33 + (number % 1000),
  }))
  await collection.upsert(records)
  for (const { id, vector, text, metadata, expires } of records) {
    const found = { id, metadata }
    expect(await collection.search({ vector, k: 1 })).toMatchObject([found])
    expect(await collection.search({ text, k: 5 })).toMatchObject([found])
    expect(await collection.search({ vector: records[0]!.vector, filter: { number: metadata.number } })).toMatchObject([
      found,
    ])
    expect(await collection.get([id])).toEqual([{ id, vector, text, metadata, expires }])
  }
  expect(await collection.count({ filter: { number: { gte: 2 ** 32 } } })).toBe(4)
  expect(await collection.delete([String(2 ** 32), String(2 ** 32 + 7)])).toBe(2)
  expect(await collection.count()).toBe(EDGES.length - 2)
})
