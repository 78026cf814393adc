import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VectorCollection, VectorFilter, VectorRecord, VectorStore } from '@rt/core'
import { createRandom } from '../../__fixtures__/random.ts'
import { findStandIn, type RunningQdrant, startStandIn } from './__fixtures__/start-qdrant.ts'
import { createQdrantStore } from './index.ts'

const RECORDS = 60_000
const DIMENSIONS = 64
const CLUSTERS = 200
const QUERIES = 100

const packages = findStandIn('edge')

describe.skipIf(packages === undefined)("Qdrant's graph (needs qdrant-edge-py in .cache)", () => {
  let running: RunningQdrant
  let store: VectorStore
  let collection: VectorCollection
  const random = createRandom(3)
  const around = (center: Float32Array): Float32Array => center.map((value) => value + (random() - 0.5) * 0.6)
  const centers = Array.from({ length: CLUSTERS }, () =>
    Float32Array.from({ length: DIMENSIONS }, () => random() * 2 - 1),
  )
  const vector = (): Float32Array => around(centers[Math.floor(random() * CLUSTERS)]!)

  beforeAll(async () => {
    running = await startStandIn('edge', packages!)
    store = await createQdrantStore({ url: running.url })
    collection = await store.collection('graph', { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'test' })
    const records = function* (): Generator<VectorRecord> {
      for (let n = 0; n < RECORDS; n++)
        yield { id: `r${n}`, vector: vector(), metadata: { percent: n % 100, tenth: `t${n % 10}` } }
    }
    const started = performance.now()
    await collection.upsert(records())
    const written = performance.now()
    await fetch(`${running.url}/collections/graph/optimize`, { method: 'POST' })
    const built = performance.now()
    console.log(
      `${RECORDS} x ${DIMENSIONS}: written in ${(written - started).toFixed(0)} ms, graph in ${(built - written).toFixed(0)} ms`,
    )
  })
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]()
    await running?.[Symbol.asyncDispose]()
  })

  it('is what searches', async () => {
    const { index } = await collection.describe()
    expect(index.kind).toBe('hnsw')
    expect(index.reason).toContain('segments')
  })

  it.each<[string, VectorFilter | undefined]>([
    ['no filter', undefined],
    ['a filter that leaves 10%', { tenth: 't3' }],
    ['a range that leaves 10%', { percent: { gte: 40, lt: 50 } }],
    ['a filter that leaves 1%', { percent: 7 }],
    ['two filters that leave 1% together', { tenth: 't3', percent: { gte: 10, lt: 20 } }],
  ])('finds the true neighbours with %s', async (what, filter) => {
    let found = 0
    let milliseconds = 0
    for (let n = 0; n < QUERIES; n++) {
      const query = { vector: vector(), k: 10, ...(filter && { filter }) }
      const exact = new Set((await collection.search({ ...query, exact: true })).map(({ id }) => id))
      const started = performance.now()
      const near = await collection.search(query)
      milliseconds += performance.now() - started
      found += near.filter(({ id }) => exact.has(id)).length
    }
    const recall = found / (10 * QUERIES)
    console.log(`${what}: recall@10 ${recall.toFixed(3)}, ${(milliseconds / QUERIES).toFixed(1)} ms a search`)
    expect(recall).toBeGreaterThanOrEqual(0.95)
  })
})
