import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { createFlat } from '../flat/create-flat.ts'
import type { FlatKernel } from '../flat/kernel/kernel-types.ts'
import type { IndexSubject } from './index-conformance.ts'

/** A flat index, written block by block as its store does. */
export const flatSubject = (name: string, kernel: FlatKernel): IndexSubject => ({
  name,
  metrics: ['cosine', 'dot', 'l2'],
  recall: 1,
  filtered: () => 0,
  create({ metric, dimensions }) {
    const index = createFlat({ dimensions, metric, kernel })
    const blocks = new Map<number, { vectors: Float32Array; used: Uint8Array }>()
    const write = (changes: ReadonlyMap<number, Float32Array | undefined>): void => {
      for (const [block, slots] of Map.groupBy(changes.keys(), (slot) => Math.floor(slot / BLOCK_SLOTS))) {
        const { vectors, used } = structuredClone(blocks.get(block)) ?? {
          vectors: new Float32Array(BLOCK_SLOTS * dimensions),
          used: new Uint8Array(BLOCK_SLOTS),
        }
        for (const slot of slots) {
          const vector = changes.get(slot)
          if (vector) vectors.set(vector, (slot % BLOCK_SLOTS) * dimensions)
          used[slot % BLOCK_SLOTS] = vector ? 1 : 0
        }
        index.setBlock(block, vectors, used)
        blocks.set(block, { vectors, used })
      }
    }
    return {
      get size() {
        return index.size
      },
      put: write,
      remove: (slot) => write(new Map([[slot, undefined]])),
      search: (query, k, { only }) => [...index.search(query, k, only).slots],
      reloaded: undefined,
      [Symbol.dispose]: () => index[Symbol.dispose](),
    }
  },
})
