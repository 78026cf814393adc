import type { Metric, VectorCollection } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { similarity } from '../../driver-kit/pipeline/index.ts'
import { startPglite } from './__fixtures__/pglite-pool.ts'
import { createPgvectorStore } from './index.ts'

const COUNT = 2000
const DIMENSIONS = 24
const K = 10

const random = createRandom(11)
const vectors = Array.from({ length: COUNT }, () => randomVector(random, DIMENSIONS))
const queries = Array.from({ length: 20 }, () => randomVector(random, DIMENSIONS))

let server: Awaited<ReturnType<typeof startPglite>>
beforeAll(async () => void (server = await startPglite()))
afterAll(() => server[Symbol.asyncDispose]())

const filled = async (schema: string, metric: Metric): Promise<AsyncDisposable & { collection: VectorCollection }> => {
  const store = await createPgvectorStore({ pool: server.pool, schema, graphFrom: 4 * DIMENSIONS * COUNT })
  const collection = await store.collection('many', { dimensions: DIMENSIONS, metric, fingerprint: 'random/1' })
  await collection.upsert(
    vectors.map((vector, index) => ({ id: `${index}`, vector, metadata: { tenth: index % 10, rare: index % 500 } })),
  )
  await vi.waitFor(async () => expect((await collection.describe()).index.recall).toBeGreaterThan(0), {
    timeout: 25_000,
  })
  return { collection, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

const nearest = (
  metric: Metric,
  query: Float32Array,
  keep: (index: number) => boolean,
): { id: string; raw: number }[] =>
  vectors
    .map((vector, index) => ({ id: `${index}`, index, raw: similarity(metric, query, vector) }))
    .filter(({ index }) => keep(index))
    .toSorted((a, b) => (metric === 'l2' ? a.raw - b.raw : b.raw - a.raw))
    .slice(0, K)

const plans = async (sql: string): Promise<string> =>
  (await server.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`)).rows
    .map((row) => row['QUERY PLAN'])
    .join('\n')

describe.each(['cosine', 'dot', 'l2'] as const)('the graph of %s', (metric) => {
  it('is built when it is worth it, measured, and finds the neighbours with exact scores', async () => {
    await using filledStore = await filled(`graph_${metric}`, metric)
    const { collection } = filledStore
    const { index } = await collection.describe()
    expect(index.recall).toBeGreaterThanOrEqual(0.97)
    expect(index).toMatchObject({
      target: 0.97,
      reason: expect.stringContaining(metric === 'cosine' ? 'half' : 'float32'),
    })
    expect(index.ef).toBeGreaterThanOrEqual(40)

    const raw = metric === 'l2' ? 'distance' : metric
    const share = async (filter: Record<string, number> | undefined, keep: (index: number) => boolean) => {
      let found = 0
      for (const vector of queries) {
        const truth = new Map(nearest(metric, vector, keep).map(({ id, raw: score }) => [id, score]))
        const hits = await collection.search({ vector, k: K, ...(filter && { filter }) })
        expect(hits).toHaveLength(truth.size)
        for (const hit of hits.filter(({ id }) => truth.has(id))) {
          found++
          expect(hit[raw]).toBeCloseTo(truth.get(hit.id)!, 4)
        }
        const order = hits.map((hit) => hit.score)
        expect(order).toEqual(order.toSorted((a, b) => b - a))
      }
      return found / (queries.length * Math.min(K, vectors.filter((_, at) => keep(at)).length))
    }
    expect(await share(undefined, () => true)).toBeGreaterThanOrEqual(0.95)
    expect(await share({ tenth: 3 }, (at) => at % 10 === 3)).toBeGreaterThanOrEqual(0.95)
    // Fewer match than are asked for: found all the same.
    expect(await share({ rare: 7 }, (at) => at % 500 === 7)).toBe(1)
    const [vector] = queries
    const exact = await collection.search({ vector: vector!, k: K, exact: true })
    expect(exact.map(({ id }) => id)).toEqual(nearest(metric, vector!, () => true).map(({ id }) => id))
  })
})

it('measures it again by the queries there were', async () => {
  await using store = await createPgvectorStore({ pool: server.pool, schema: 'graph_cosine' })
  const collection = await store.collection('many')
  await server.database.query('UPDATE graph_cosine.collections SET recall = 0, ef = 1')
  for (let i = 0; i < 256; i++) await collection.search({ vector: queries[i % queries.length]!, k: 1 })
  await vi.waitFor(async () => expect((await collection.describe()).index.recall).toBeGreaterThanOrEqual(0.97), {
    timeout: 25_000,
  })
  expect((await collection.describe()).index.ef).toBeGreaterThanOrEqual(40)
})

it('asks the graph by its index, and compares every vector without one', async () => {
  const unit = `[${Array.from({ length: DIMENSIONS }, () => 0.2).join(',')}]`
  const table = 'graph_cosine.records_1'
  const half = `(l2_normalize(vector)::halfvec(${DIMENSIONS})) <#> '${unit}'`
  await server.database.query('SET enable_seqscan = off')
  expect(await plans(`SELECT id FROM ${table} ORDER BY ${half} LIMIT 10`)).toContain('graph_1')
  expect(await plans(`SELECT id FROM ${table} ORDER BY (vector <=> '${unit}') + 0::float8 LIMIT 10`)).not.toContain(
    'graph_1',
  )
  await server.database.query('RESET enable_seqscan')
})

it('takes a graph over that somebody left unfinished', async () => {
  await using store = await createPgvectorStore({ pool: server.pool, schema: 'unfinished', graphFrom: 4 })
  const collection = await store.collection('many', { dimensions: 2, metric: 'cosine', fingerprint: 'random/1' })
  await server.database.query(
    `CREATE INDEX graph_1 ON unfinished.records_1 USING hnsw ((l2_normalize(vector)::halfvec(2)) halfvec_ip_ops)`,
  )
  await server.database.query(
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'unfinished.graph_1'::regclass`,
  )
  expect((await collection.describe()).index.kind).toBe('flat')
  await collection.upsert([{ id: 'a', vector: Float32Array.of(1, 2) }])
  await vi.waitFor(async () => expect((await collection.describe()).index.kind).toBe('hnsw'), { timeout: 25_000 })
})

it('says why there is none', async () => {
  await using store = await createPgvectorStore({ pool: server.pool, schema: 'none', graphFrom: 4000 })
  const stampOf = (dimensions: number, metric: Metric = 'cosine') => ({ dimensions, metric, fingerprint: 'random/1' })
  const reason = async (name: string): Promise<string> => (await (await store.collection(name)).describe()).index.reason
  await store.collection('empty')
  expect(await reason('empty')).toContain('no vectors')
  await store.collection('small', stampOf(100))
  expect(await reason('small')).toContain('from 10 vectors on')
  await store.collection('asked', stampOf(100), { index: 'flat' })
  expect(await reason('asked')).toContain('index is flat')
  await store.collection('wide', stampOf(4001))
  expect(await reason('wide')).toContain('up to 4000 dimensions')
  await store.collection('wide-dot', stampOf(2001, 'dot'))
  expect(await reason('wide-dot')).toContain('up to 2000 dimensions')
  await expect(store.collection('other', stampOf(3), { index: 'usearch' })).rejects.toMatchObject({
    code: 'unsupported',
  })
})
