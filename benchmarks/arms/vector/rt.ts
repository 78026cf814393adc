// @rt/vector as its users call it: collections that differ in the recall they are held to, each with what the store chose for
// it. It is given the time to build and to measure itself that an idle program gives it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { IndexInfo, VectorCollection, VectorFilter, VectorQuery, VectorRecord } from '@rt/core'
import { createSqliteStore } from '@rt/vector'
import { type DataSet, K, readQueries, readVectors, recallOf } from '../../data/data-set.ts'
import { distance } from '../../data/truth.ts'
import { longestBlock } from './longest-block.ts'
import { type Point, servePoints, setOf } from './serve-points.ts'

const set = setOf()
const [targets, limitMs] = [JSON.parse(process.argv[3]!) as number[], Number(process.argv[4])]
const BATCH = 1000
const CLIENTS = [1, 8]
const FILTERED_QUERIES = 100

const folder = mkdtempSync(join(tmpdir(), 'rt-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGTERM', () => process.exit())

const vectors = readVectors(set)
const queries = readQueries(set)
const store = await createSqliteStore({ path: join(folder, 'rt.db') })
const stamp = { dimensions: set.dimensions, metric: set.metric, fingerprint: `bench/${set.dimensions}` }

const rowsFrom = ({ count, dimensions }: DataSet, from: number): VectorRecord[] =>
  Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => {
    const row = from + i
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions)
    return { id: String(row), vector, metadata: { hundredth: row % 100, tenth: row % 10 } }
  })

const ingest = async (collection: VectorCollection): Promise<number> => {
  const begun = performance.now()
  for (let from = 0; from < set.count; from += BATCH) await collection.upsert(rowsFrom(set, from))
  return Math.round(set.count / ((performance.now() - begun) / 1000))
}

const settled = ({ building, recall, tail = 0 }: IndexInfo): boolean =>
  building === undefined && recall !== undefined && tail < set.count / 20

/** Asks now and then, as a program that is little used does, until the graph is built and its recall was measured. */
const settle = async (collection: VectorCollection): Promise<IndexInfo> => {
  const begun = performance.now()
  let calm = 0
  let ef: number | undefined
  for (let i = 0; calm < 5 && performance.now() - begun < limitMs; i++) {
    for (let n = 0; n < 20; n++) await collection.search({ vector: queries[(i * 20 + n) % queries.length]!, k: K })
    await sleep(500)
    const { index } = await collection.describe()
    calm = settled(index) && index.ef === ef ? calm + 1 : 0
    ef = index.ef
  }
  return (await collection.describe()).index
}

const blocks: Record<string, number> = {}
const rates: number[] = []
const collections: VectorCollection[] = []
const indexes: IndexInfo[] = []
const built = performance.now()
for (const recall of targets) {
  const collection = await store.collection(`held to ${recall}`, stamp, { recall })
  const [rate, duringIngest] = await longestBlock(() => ingest(collection))
  const [index, duringBuild] = await longestBlock(() => settle(collection))
  blocks['ingest'] = Math.max(blocks['ingest'] ?? 0, duringIngest)
  blocks['build'] = Math.max(blocks['build'] ?? 0, duringBuild)
  rates.push(rate)
  collections.push(collection)
  indexes.push(index)
}
const buildSeconds = (performance.now() - built) / 1000

const idsOf = async (collection: VectorCollection, query: VectorQuery): Promise<number[]> =>
  (await collection.search({ k: K, ...query })).map(({ id }) => Number(id))

const points = targets.flatMap((target, i): Point[] =>
  CLIENTS.map((clients) => ({
    name: `held to ${target}, ${clients === 1 ? '1 client' : `${clients} in flight`}`,
    clients,
    search: (vector) => idsOf(collections[i]!, { vector }),
  })),
)

const FILTERS: Record<string, { filter: VectorFilter; matches: (row: number) => boolean }> = {
  '1 %': { filter: { hundredth: 7 }, matches: (row) => row % 100 === 7 },
  '10 %': { filter: { tenth: 3 }, matches: (row) => row % 10 === 3 },
}

/** The true neighbours among the rows that match, one by one. */
const truthAmong = (matches: (row: number) => boolean): number[][] => {
  const rows = Array.from({ length: set.count }, (_, row) => row).filter(matches)
  return queries.slice(0, FILTERED_QUERIES).map((query) =>
    rows
      .map((row) => ({
        row,
        far: distance(set.metric, query, vectors.subarray(row * set.dimensions, (row + 1) * set.dimensions)),
      }))
      .toSorted((a, b) => a.far - b.far)
      .slice(0, K)
      .map(({ row }) => row),
  )
}

const filteredRecall = async (name: string): Promise<number> => {
  const { filter, matches } = FILTERS[name]!
  const found: number[][] = []
  for (const vector of queries.slice(0, FILTERED_QUERIES)) found.push(await idsOf(collections[0]!, { vector, filter }))
  return recallOf(truthAmong(matches), found)
}

let turn = 0
/** Milliseconds of one search, the mean of some. */
const timeOf = async (query: Partial<VectorQuery>): Promise<number> => {
  const begun = performance.now()
  let count = 0
  do {
    await collections[0]!.search({ vector: queries[turn++ % queries.length]!, k: K, ...query })
    count++
  } while (performance.now() - begun < 400)
  return (performance.now() - begun) / count
}

const searchBlock = async (): Promise<number> => {
  const client = async (from: number): Promise<void> => {
    for (let i = from; i < 2000; i += 8) await collections[0]!.search({ vector: queries[i % queries.length]!, k: K })
  }
  return (await longestBlock(() => Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(client))))[1]
}

const nameOf = ({ kind, ef, recall }: IndexInfo): string =>
  kind + (ef === undefined ? '' : ` ef ${ef}`) + (recall === undefined ? ', not measured' : ` measured ${recall}`)

await servePoints(
  set,
  points,
  {
    build: rates[0]!,
    note: `ingest, the graph is not in it; all ready after ${buildSeconds.toFixed(0)} s: ${indexes.map(nameOf).join('; ')}`,
  },
  async (what) => {
    const [word, ...rest] = what.split(': ')
    const name = rest.join(': ')
    if (word === 'exact') return timeOf({ exact: true })
    if (word === 'filtered') return timeOf({ filter: FILTERS[name]!.filter })
    if (word === 'filtered recall') return filteredRecall(name)
    if (word === 'blocks') return { ...blocks, search: await searchBlock() }
    return indexes
  },
)
