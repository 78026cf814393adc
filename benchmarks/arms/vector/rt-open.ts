// A process that opens a store and asks it once: milliseconds from the call that opens to the exact answer. With `make` it
// writes that store first, and says when it is there.
import { rmSync } from 'node:fs'
import { createSqliteStore } from '@rt/vector'
import { K, readQueries, readVectors } from '../../data/data-set.ts'
import { setOf } from './serve-points.ts'

const set = setOf()
const [path, make] = process.argv.slice(3)
const stamp = { dimensions: set.dimensions, metric: 'cosine', fingerprint: 'bench/open' } as const

if (make) {
  rmSync(path!, { force: true })
  await using store = await createSqliteStore({ path: path! })
  const collection = await store.collection('open', stamp)
  const vectors = readVectors(set)
  for (let from = 0; from < set.count; from += 1000)
    await collection.upsert(
      Array.from({ length: Math.min(1000, set.count - from) }, (_, i) => ({
        id: String(from + i),
        vector: vectors.subarray((from + i) * set.dimensions, (from + i + 1) * set.dimensions),
      })),
    )
} else {
  const [vector] = readQueries(set)
  const begun = performance.now()
  const store = await createSqliteStore({ path: path! })
  const hits = await (await store.collection('open', stamp)).search({ vector: vector!, k: K, exact: true })
  const ms = performance.now() - begun
  if (hits.length !== K) throw new Error(`${hits.length} hits instead of ${K}`)
  process.send!(ms)
  await store[Symbol.asyncDispose]()
}
if (make) process.send!('made')
