import { expect, test } from 'vitest'
import { chooseGraph } from './choose-graph.ts'
import type { GraphDriver, GraphKind, LoadDriver, Precision } from './types.ts'

const having = (drivers: Partial<Record<GraphKind, readonly Precision[]>>): LoadDriver => {
  const refuse = (): never => {
    throw new TypeError('not used here')
  }
  return async (kind) => {
    const precisions = drivers[kind]
    if (!precisions) return { missing: `not installed (npm install ${kind})` }
    const driver: GraphDriver = { kind, precisions, metrics: ['cosine', 'dot', 'l2'], create: refuse, load: refuse }
    return { driver }
  }
}
const both = having({ usearch: ['f32', 'f16', 'i8'], hnsw: ['f32'] })
const onlyHnsw = having({ hnsw: ['f32'] })

test.each([
  ['auto', 'cosine', 384, both, 'usearch', 'i8', 'usearch: rounded to 8 bits, its candidates scored exactly'],
  ['auto', 'cosine', 64, both, 'usearch', 'f16', 'usearch: rounded to 16 bits, its candidates scored exactly'],
  ['auto', 'l2', 384, both, 'usearch', 'f32', 'usearch'],
  ['hnsw', 'cosine', 384, both, 'hnsw', 'f32', 'hnsw: asked for'],
  ['auto', 'cosine', 384, onlyHnsw, 'hnsw', 'f32', 'hnsw: usearch is not installed (npm install usearch)'],
  ['usearch', 'dot', 384, onlyHnsw, 'hnsw', 'f32', 'hnsw: usearch is not installed (npm install usearch)'],
] as const)('%s by %s of %i dimensions', async (wanted, metric, dimensions, load, kind, precision, reason) => {
  expect(await chooseGraph({ wanted, metric, dimensions, load })).toMatchObject({ driver: { kind }, precision, reason })
})

test('says why there is none', async () => {
  expect(await chooseGraph({ wanted: 'auto', metric: 'dot', dimensions: 384, load: having({}) })).toEqual({
    missing: 'usearch is not installed (npm install usearch); hnsw is not installed (npm install hnsw)',
  })
})
