// Durable ingest: batches of 1,000 vectors of 384 numbers into a new store, each waited for before the next.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VectorRecord } from '@rt/core'
import { createSqliteStore } from '@rt/vector'
import { readVectors } from '../../data/data-set.ts'
import { setOf } from './serve-points.ts'

const set = setOf()
const vectors = readVectors(set)
const BATCH = 1000

const batchFrom = (from: number): VectorRecord[] =>
  Array.from({ length: BATCH }, (_, i) => ({
    id: `record-${from + i}`,
    vector: vectors.subarray((from + i) * set.dimensions, (from + i + 1) * set.dimensions),
    metadata: { row: from + i },
  }))

process.on('message', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-bench-'))
  const store = await createSqliteStore({ path: join(folder, 'rt.db') })
  const stamp = { dimensions: set.dimensions, metric: 'cosine', fingerprint: 'bench/384' } as const
  const collection = await store.collection('ingest', stamp)
  const begun = performance.now()
  for (let from = 0; from + BATCH <= set.count; from += BATCH) await collection.upsert(batchFrom(from))
  const rate = set.count / ((performance.now() - begun) / 1000)
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
  process.send!(rate)
})
process.send!('ready')
