// usearch bare, float32 or float16. M 16, expansion 200; one thread searches, one query a call.
import { Index, MetricKind, ScalarKind } from 'usearch'
import { K, readVectors } from '../../data/data-set.ts'
import { keptIndex } from './kept-index.ts'
import { missing, servePoints, setOf } from './serve-points.ts'

const EF = [10, 16, 24, 32, 40, 48, 64, 96, 128, 192]
const BATCH = 10_000

const start = async (): Promise<void> => {
  const set = setOf()
  const precision = process.argv[3]
  const create = (ef: number): Index =>
    new Index({
      dimensions: set.dimensions,
      metric: set.metric === 'cosine' ? MetricKind.Cos : MetricKind.L2sq,
      quantization: precision === 'f16' ? ScalarKind.F16 : ScalarKind.F32,
      connectivity: 16,
      expansion_add: 200,
      expansion_search: ef,
      multi: false,
    })
  const { path, rate } = keptIndex(set, `usearch-${precision}`, (file) => {
    const vectors = readVectors(set)
    const index = create(64)
    for (let row = 0; row < set.count; row += BATCH) {
      const length = Math.min(BATCH, set.count - row)
      const rows = vectors.subarray(row * set.dimensions, (row + length) * set.dimensions)
      index.add(
        BigUint64Array.from({ length }, (_, i) => BigInt(row + i)),
        rows,
      )
    }
    index.save(file)
  })
  const points = EF.map((ef) => {
    // It is a constant of an index: each value has the graph in memory.
    const index = create(ef)
    index.load(path)
    return {
      name: `ef ${ef}`,
      search: (query: Float32Array) => Array.from(index.search(query, K, 1).keys, Number),
    }
  })
  await servePoints(set, points, { build: rate, note: 'all threads build' })
}

start().catch(missing)
