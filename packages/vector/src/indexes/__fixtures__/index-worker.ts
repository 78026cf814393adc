// A worker that builds, saves, loads and searches an index of each kind.
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { createFlat, type GraphOptions, loadDriver, loadFlatKernel } from '../index.ts'
import { clustered } from './clustered.ts'
import { endToEnd } from './end-to-end.ts'

const options: GraphOptions = { dimensions: 16, metric: 'cosine', precision: 'f32' }
const vectors = clustered(BLOCK_SLOTS, options.dimensions, 1)
const query = vectors[7]!
const found: Record<string, number | string> = {}

using flat = createFlat({ ...options, kernel: await loadFlatKernel() })
flat.setBlock(0, endToEnd(vectors), new Uint8Array(BLOCK_SLOTS).fill(1))
found['flat'] = flat.search(query, 1).slots[0]!

for (const kind of ['usearch', 'hnsw'] as const) {
  const loaded = await loadDriver(kind)
  if ('missing' in loaded) continue
  using index = loaded.driver.create({ ...options, capacity: BLOCK_SLOTS })
  index.add(
    Uint32Array.from(vectors, (_, i) => i),
    endToEnd(vectors),
  )
  const path = join(workerData as string, kind)
  index.save(path)
  using again = loaded.driver.load(path, { ...options, size: BLOCK_SLOTS })
  found[kind] = again.search(query, 1, { ef: 32 })[0]!
}
parentPort!.postMessage(found)
