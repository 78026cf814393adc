// hnswlib-node bare: one thread, one point a call, plain arrays, as its documentation shows. M 16, efConstruction 200.
import { readVectors, K } from '../../data/data-set.ts'
import { keptIndex } from './kept-index.ts'
import { missing, servePoints, setOf } from './serve-points.ts'

const EF = [10, 16, 24, 32, 40, 48, 64, 96, 128, 192]

const start = async (): Promise<void> => {
  const library = await import('hnswlib-node')
  const { HierarchicalNSW } = library.default ?? library
  const set = setOf()
  const { path, rate } = keptIndex(set, 'hnswlib', (file) => {
    const vectors = readVectors(set)
    const index = new HierarchicalNSW(set.metric, set.dimensions)
    index.initIndex({ maxElements: set.count, m: 16, efConstruction: 200 })
    for (let row = 0; row < set.count; row++)
      index.addPoint(Array.from(vectors.subarray(row * set.dimensions, (row + 1) * set.dimensions)), row)
    index.writeIndexSync(file)
  })
  const index = new HierarchicalNSW(set.metric, set.dimensions)
  index.readIndexSync(path)
  const points = EF.map((ef) => ({
    name: `ef ${ef}`,
    search: (query: Float32Array) => {
      index.setEf(ef)
      return index.searchKnn(Array.from(query), K).neighbors
    },
  }))
  await servePoints(set, points, { build: rate, note: '1 thread builds' })
}

start().catch(missing)
