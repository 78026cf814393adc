import { expect, test } from 'vitest'
import { graphSubject } from './__fixtures__/graph-subject.ts'
import { testIndex } from './__fixtures__/index-conformance.ts'
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
