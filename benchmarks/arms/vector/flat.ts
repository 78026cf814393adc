// The exact scan alone, by kernel: gigabytes of vectors a second.
import * as usearch from 'usearch'
import { createFlat } from '../../../packages/vector/src/indexes/flat/create-flat.ts'
import type { FlatKernel } from '../../../packages/vector/src/indexes/flat/kernel/kernel-types.ts'
import { usearchKernel } from '../../../packages/vector/src/indexes/flat/kernel/usearch-kernel.ts'
import { wasmKernel } from '../../../packages/vector/src/indexes/flat/kernel/wasm-kernel.ts'
import { K, readQueries, readVectors } from '../../data/data-set.ts'
import { setOf } from './serve-points.ts'

const BLOCK = 256
const ROUND_MS = 400
const set = setOf()
const vectors = readVectors(set)
const queries = readQueries(set)

const create = (kernel: FlatKernel): ReturnType<typeof createFlat> => {
  const flat = createFlat({ dimensions: set.dimensions, metric: set.metric, kernel })
  for (let block = 0; block * BLOCK < set.count; block++) {
    const rows = vectors.subarray(block * BLOCK * set.dimensions, (block + 1) * BLOCK * set.dimensions)
    flat.setBlock(block, rows, new Uint8Array(BLOCK).fill(1, 0, rows.length / set.dimensions))
  }
  return flat
}
const flats = { wasm: create(wasmKernel()!), usearch: create(usearchKernel(usearch)) }

let next = 0
process.on('message', (name: keyof typeof flats) => {
  let count = 0
  const begun = performance.now()
  for (; performance.now() - begun < ROUND_MS; count++) flats[name].search(queries[next++ % queries.length]!, K)
  process.send!((count * vectors.byteLength) / 1e6 / (performance.now() - begun))
})
process.send!('ready')
