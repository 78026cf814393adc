import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  CollectionOptions,
  IndexInfo,
  VectorCollection,
  VectorFilter,
  VectorHit,
  VectorRecord,
  VectorStore,
} from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFile } from '../../../__fixtures__/open-temporary.ts'
import { createRandom, randomVector } from '../../../__fixtures__/random.ts'
import type { SqliteStoreOptions } from '../options.ts'
import { openSqliteStore } from '../store.ts'
import type { SearchTuning } from './tuning.ts'

const DIMENSIONS = 16
const COUNT = 3000
/** A graph for everything, at once. */
const TUNING: SearchTuning = { graphBytes: 1, fewMatches: 200, sampleFrom: 1e9, idleMs: 1, canaryMs: 0 }
const stamp = { dimensions: DIMENSIONS, metric: 'cosine', fingerprint: 'random/16' } as const

const open = (options: SqliteStoreOptions, tuning: Partial<SearchTuning> = {}): Promise<VectorStore> =>
  openSqliteStore(options, { ...TUNING, ...tuning })

const random = createRandom(7)
const centres = Array.from({ length: 20 }, () => randomVector(random, DIMENSIONS))
const clustered = (): Float32Array => {
  const centre = centres[Math.floor(random() * centres.length)]!
  const noise = randomVector(random, DIMENSIONS)
  return centre.map((value, i) => value + 0.5 * noise[i]!)
}
const records = (count: number, prefix = 'r'): VectorRecord[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, vector: clustered(), metadata: { part: i % 10 } }))

const fill = async (store: VectorStore, options: CollectionOptions = {}): Promise<VectorCollection> => {
  const collection = await store.collection('things', stamp, options)
  await collection.upsert(records(COUNT))
  return collection
}

const ids = (hits: VectorHit[]): string[] => hits.map(({ id }) => id)

/** A search, so that the thread is there, and then until the index is as it should be. */
const until = async (collection: VectorCollection, check: (index: IndexInfo) => void): Promise<IndexInfo> => {
  await collection.search({ vector: clustered() })
  return vi.waitFor(
    async () => {
      const { index } = await collection.describe()
      check(index)
      return index
    },
    { timeout: 60_000, interval: 20 },
  )
}
const untilMeasured = (collection: VectorCollection): Promise<IndexInfo> =>
  until(collection, (index) =>
    expect(index).toMatchObject({ kind: 'usearch', tail: 0, recall: expect.any(Number) as number }),
  )

/** Share of the true ten nearest that searches find. */
const recallOf = async (collection: VectorCollection, filter?: VectorFilter): Promise<number> => {
  let found = 0
  let wanted = 0
  for (let i = 0; i < 40; i++) {
    const query = { vector: clustered(), ...(filter && { filter }) }
    const truth = new Set(ids(await collection.search({ ...query, exact: true })))
    found += ids(await collection.search(query)).filter((id) => truth.has(id)).length
    wanted += truth.size
  }
  return found / wanted
}

describe('a collection with a graph', () => {
  it('builds it in the background, answers with the target recall, and says so', { timeout: 120_000 }, async () => {
    using file = temporaryFile()
    await using store = await open({ path: file.path })
    const collection = await fill(store, { recall: 0.95 })
    expect((await collection.describe()).index).toEqual({ kind: 'flat', reason: 'nobody has searched it yet' })
    const index = await untilMeasured(collection)
    expect(index).toMatchObject({
      target: 0.95,
      tombstones: 0,
      reason: expect.stringContaining('to compare') as string,
    })
    expect(index.recall).toBeGreaterThanOrEqual(0.95)
    expect(await recallOf(collection)).toBeGreaterThanOrEqual(0.95)
    expect(await recallOf(collection, { part: 3 })).toBeGreaterThanOrEqual(0.95)
    const [hit] = await collection.search({ vector: clustered() })
    expect(hit).toMatchObject({
      cosine: expect.any(Number) as number,
      metadata: { part: expect.any(Number) as number },
    })
  })

  it(
    'sees every write at once: tail, tombstones, folding in, and a new graph when it is worn',
    { timeout: 120_000 },
    async () => {
      using file = temporaryFile()
      await using store = await open({ path: file.path })
      const collection = await fill(store)
      await untilMeasured(collection)
      // A few: compared one by one, then folded in.
      const probe = Float32Array.from({ length: DIMENSIONS }, (_, i) => (i === 0 ? 1 : 0.001 * i))
      await collection.upsert([{ id: 'new', vector: probe }])
      expect(ids(await collection.search({ vector: probe, k: 1 }))).toEqual(['new'])
      await collection.upsert([{ id: 'new', vector: probe.map((value) => -value) }])
      expect(ids(await collection.search({ vector: probe, k: 3 }))).not.toContain('new')
      expect(ids(await collection.search({ vector: probe.map((value) => -value), k: 1 }))).toEqual(['new'])
      await untilMeasured(collection)
      expect(ids(await collection.search({ vector: probe.map((value) => -value), k: 1 }))).toEqual(['new'])
      await collection.delete(['new'])
      expect(ids(await collection.search({ vector: probe.map((value) => -value), k: 1 }))).not.toContain('new')
      // Many: built anew.
      await collection.delete(Array.from({ length: COUNT / 2 }, (_, i) => `r${i}`))
      await collection.upsert(records(500, 's'))
      expect(await recallOf(collection)).toBeGreaterThanOrEqual(0.95)
      const index = await until(collection, (info) => expect(info).toMatchObject({ tombstones: 0, tail: 0 }))
      expect(index.kind).toBe('usearch')
      expect(await recallOf(collection)).toBeGreaterThanOrEqual(0.95)
    },
  )

  it.each(['cosine', 'dot', 'l2'] as const)(
    'answers as an exact search does over random writes, with filters of all sizes: %s',
    { timeout: 120_000 },
    async (metric) => {
      using file = temporaryFile()
      await using store = await open({ path: file.path })
      const collection = await store.collection('things', { ...stamp, metric })
      await collection.upsert(records(2000))
      await untilMeasured(collection)
      const some = (count: number): string[] => Array.from({ length: count }, () => `r${Math.floor(random() * 2500)}`)
      for (let round = 0; round < 5; round++) {
        await collection.delete(some(30))
        await collection.upsert(some(60).map((id) => ({ id, vector: clustered(), metadata: { part: round } })))
        await collection.upsert(some(20).map((id) => ({ id, text: 'no vector any more' })))
        await collection.update(some(40).map((id) => ({ id, set: { part: Math.floor(random() * 10) } })))
        // Half is left to the graph, a tenth and less is compared one by one.
        for (const filter of [undefined, { part: { lt: 5 } }, { part: 3 }, { part: { gte: 9 } }])
          expect(await recallOf(collection, filter)).toBeGreaterThanOrEqual(0.95)
      }
      const { count } = await collection.describe()
      const all = await collection.search({ vector: clustered(), k: count, exact: true })
      expect(new Set(ids(await collection.search({ vector: clustered(), k: count })))).toEqual(new Set(ids(all)))
    },
  )

  it(
    'tries a new filter on the nearest neighbours, and finds what it finds on every record',
    { timeout: 120_000 },
    async () => {
      using file = temporaryFile()
      await using store = await open({ path: file.path }, { graphBytes: Infinity, sampleFrom: 1 })
      const collection = await fill(store)
      const none = { part: { gt: 9 } }
      for (const filter of [{ part: { lt: 8 } }, { part: { in: [1, 2] } }, { part: 3 }, none])
        for (const k of [1, 10, 300]) {
          const query = { vector: clustered(), filter, k }
          // A write makes it new again; the second time all that match are known.
          await collection.update([{ id: 'r1', set: { seen: k } }])
          const [cold, warm] = [await collection.search(query), await collection.search(query)]
          expect(cold).toHaveLength(filter === none ? 0 : k)
          expect(cold).toEqual(warm)
        }
    },
  )

  it('is loaded again after a restart, with its ef, and what was written meanwhile', { timeout: 120_000 }, async () => {
    using file = temporaryFile()
    let ef: number | undefined
    {
      await using store = await open({ path: file.path })
      ef = (await untilMeasured(await fill(store))).ef
    }
    {
      await using quiet = await open({ path: file.path }, { graphBytes: Infinity })
      const collection = await quiet.collection('things', stamp)
      await collection.delete(['r1'])
      await collection.upsert([{ id: 'late', vector: centres[0]! }])
    }
    // Nobody may build here: what is found was saved.
    await using database = await openDatabase({ path: file.path, readOnly: true })
    await using store = await open({ database })
    const collection = await store.collection('things', stamp)
    const index = await until(collection, (info) => expect(info).toMatchObject({ kind: 'usearch' }))
    expect(index.ef).toBe(ef)
    expect(ids(await collection.search({ vector: centres[0]!, k: 1 }))).toEqual(['late'])
    expect(await recallOf(collection)).toBeGreaterThanOrEqual(0.95)
  })

  it('answers exactly while a damaged file is replaced, or a folder that is gone', { timeout: 120_000 }, async () => {
    using file = temporaryFile()
    const folder = `${file.path}-index`
    {
      await using store = await open({ path: file.path })
      await untilMeasured(await fill(store))
    }
    const graph = readdirSync(folder).find((name) => name.endsWith('.graph'))!
    const bytes = readFileSync(join(folder, graph))
    bytes[bytes.length >> 1]! ^= 0x40
    writeFileSync(join(folder, graph), bytes)
    {
      await using store = await open({ path: file.path })
      const collection = await store.collection('things', stamp)
      expect(await collection.search({ vector: centres[0]! })).toHaveLength(10)
      await untilMeasured(collection)
      expect(await recallOf(collection)).toBeGreaterThanOrEqual(0.95)
    }
    rmSync(folder, { recursive: true })
    await using store = await open({ path: file.path })
    await untilMeasured(await store.collection('things', stamp))
  })

  it('is given up for what a collection asks for, and says why there is none', { timeout: 120_000 }, async () => {
    using file = temporaryFile()
    await using store = await open({ path: file.path })
    const flat = await fill(store, { index: 'flat' })
    await until(flat, (index) => expect(index).toMatchObject({ kind: 'flat', reason: 'the collection asks for it' }))
    await using small = await open({ path: file.path }, { graphBytes: 1e9 })
    const auto = await small.collection('auto', stamp)
    await auto.upsert(records(10))
    await until(auto, (index) => expect(index.reason).toContain('comparing every vector is fast enough'))
  })
})
