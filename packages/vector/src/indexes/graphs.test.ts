import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { graphSubject } from './__fixtures__/graph-subject.ts'
import { testIndex } from './__fixtures__/index-conformance.ts'
import { temporaryFolder } from './__fixtures__/temporary-folder.ts'
import { loadDriver } from './load-driver.ts'

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
