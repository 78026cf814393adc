import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { clustered } from './__fixtures__/clustered.ts'
import { endToEnd } from './__fixtures__/end-to-end.ts'
import { graphSubject } from './__fixtures__/graph-subject.ts'
import { testIndex } from './__fixtures__/index-conformance.ts'
import { temporaryFolder } from './__fixtures__/temporary-folder.ts'
import { loadDriver } from './load-driver.ts'
import type { GraphOptions } from './types.ts'

const usearch = await loadDriver('usearch')
const hnsw = await loadDriver('hnsw')

if ('driver' in usearch) {
  testIndex(
    graphSubject(usearch.driver, 'f32', {
      metrics: ['cosine', 'dot', 'l2'],
      // By dot product short vectors are nobody's neighbours: where a filter leaves them alone, a walk misses some.
      filtered: (metric) => (metric === 'dot' ? 0.1 : 0.01),
    }),
  )
  for (const precision of ['f16', 'i8'] as const)
    testIndex(graphSubject(usearch.driver, precision, { metrics: ['cosine'], filtered: () => 0.01 }))
}
if ('driver' in hnsw)
  testIndex(graphSubject(hnsw.driver, 'f32', { metrics: ['cosine', 'dot', 'l2'], filtered: () => 0 }))

// usearch comes compiled; hnswlib-node is compiled by tooling/scripts/build-hnswlib.ts, where there is a compiler.
test('usearch is there', () => expect(usearch).toHaveProperty('driver'))
const missing = 'missing' in hnsw ? hnsw.missing : undefined
test.skipIf(missing !== undefined && !process.env['CI'])(`hnsw is there${missing ? `: it is ${missing}` : ''}`, () =>
  expect(missing).toBeUndefined(),
)

test('all of them run in worker threads, several at once', async () => {
  const file = new URL('__fixtures__/index-worker.ts', import.meta.url)
  const answers = [1, 2].map(async () => {
    const worker = new Worker(file, { execArgv: ['--conditions=@rt/source'], workerData: temporaryFolder() })
    const [found] = (await once(worker, 'message')) as [Record<string, number>]
    await worker.terminate()
    return found
  })
  const expected = { flat: 7, usearch: 7, ...('driver' in hnsw ? { hnsw: 7 } : {}) }
  expect(await Promise.all(answers)).toEqual([expected, expected])
})

test('a loaded usearch index knows its removed entries, whose places are used again', () => {
  if ('missing' in usearch) return
  const options: GraphOptions = { dimensions: 4, metric: 'l2', precision: 'f32' }
  const vectors = clustered(10, 4, 1)
  const path = join(temporaryFolder(), 'graph')
  using index = usearch.driver.create({ ...options, capacity: 10 })
  index.add(
    Uint32Array.from(vectors, (_, i) => i),
    endToEnd(vectors),
  )
  index.remove(3)
  index.remove(4)
  index.save(path)
  using loaded = usearch.driver.load(path, { ...options, size: 8 })
  expect(loaded).toMatchObject({ size: 8, tombstones: 2 })
  loaded.add(Uint32Array.of(11, 12), endToEnd(vectors.slice(3, 5)))
  expect(loaded).toMatchObject({ size: 10, tombstones: 2 })
  expect([...loaded.search(vectors[3]!, 1, { ef: 10 })]).toEqual([11])
})
