// Run by many.long.test.ts, as a process of its own whose memory is measured: stores very many vectors, has the store build
// its graph, and says what it finds.
import { setTimeout as sleep } from 'node:timers/promises'
import type { VectorRecord } from '@rt/core'
import { createSqliteStore } from '../index.ts'
import { createRandom } from './random.ts'

const DIMENSIONS = 128
const DIRECTIONS = 16
const CLUSTERS = 500
const BATCH = 5000
const QUERIES = 100
const K = 10
const [path = '', count = '', limitMs = ''] = process.argv.slice(2)

const random = createRandom(17)
/** Nearly normal: that is all that is needed here. */
const normal = (): number => random() + random() + random() + random() - 2
const numbers = (length: number): Float32Array => Float32Array.from({ length }, normal)
const centers = numbers(CLUSTERS * DIMENSIONS)
const directions = numbers(CLUSTERS * DIRECTIONS * DIMENSIONS)

const draw = (): Float32Array => {
  const cluster = Math.floor(random() * CLUSTERS)
  const vector = Float32Array.from(
    { length: DIMENSIONS },
    (_, i) => centers[cluster * DIMENSIONS + i]! + normal() * 0.2,
  )
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const amount = normal() * 0.3
    const start = (cluster * DIRECTIONS + direction) * DIMENSIONS
    for (let i = 0; i < DIMENSIONS; i++) vector[i]! += amount * directions[start + i]!
  }
  return vector
}

const seconds = (begun: number): number => Math.round((performance.now() - begun) / 1000)

const store = await createSqliteStore({ path })
const collection = await store.collection('many', {
  dimensions: DIMENSIONS,
  metric: 'cosine',
  fingerprint: `many/${DIMENSIONS}`,
})
const written = performance.now()
for (let from = 0; from < Number(count); from += BATCH)
  await collection.upsert(Array.from({ length: BATCH }, (_, i): VectorRecord => ({ id: `${from + i}`, vector: draw() })))
const ingest = seconds(written)

const queries = Array.from({ length: QUERIES }, draw)
const built = performance.now()
let { index } = await collection.describe()
// The graph is there when it has been measured: until then exact search answers.
for (let i = 0; index.recall === undefined && performance.now() - built < Number(limitMs); i++) {
  await collection.search({ vector: queries[i % QUERIES]!, k: K })
  await sleep(1000)
  index = (await collection.describe()).index
}
const build = seconds(built)

let hits = 0
let searchMs = 0
for (const vector of queries) {
  const begun = performance.now()
  const found = await collection.search({ vector, k: K })
  searchMs += performance.now() - begun
  const right = new Set((await collection.search({ vector, k: K, exact: true })).map(({ id }) => id))
  hits += found.filter(({ id }) => right.has(id)).length
}
// Of all threads together, in kilobytes.
const { maxRSS } = process.resourceUsage()
const recall = hits / (QUERIES * K)
console.log(
  JSON.stringify({ kind: index.kind, recall, maxRSS: maxRSS * 1024, ingest, build, searchMs: searchMs / QUERIES }),
)
await store[Symbol.asyncDispose]()
