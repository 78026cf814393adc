import type { Metric } from '@rt/core'
import { similarity } from '../../../driver-kit/pipeline/index.ts'
import { createTopK } from '../../../driver-kit/top-k.ts'
import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'
import type { FlatIndex, SlotHits } from '../../../indexes/types.ts'

/** Every vector compared in plain JavaScript. */
export const createPlainIndex = (dimensions: number, metric: Metric): FlatIndex => {
  const blocks: { vectors: Float32Array; used: Uint8Array }[] = []
  const at = (slot: number): Float32Array | undefined => {
    const block = blocks[Math.floor(slot / BLOCK_SLOTS)]
    const place = slot % BLOCK_SLOTS
    return block?.used[place] ? block.vectors.subarray(place * dimensions, (place + 1) * dimensions) : undefined
  }
  const best = (query: Float32Array, k: number, slots: Iterable<number>): SlotHits => {
    const sign = metric === 'l2' ? -1 : 1
    const top = createTopK(k)
    for (const slot of slots) {
      const vector = at(slot)
      if (vector) top.offer(slot, sign * similarity(metric, query, vector))
    }
    const hits = top.take()
    return {
      slots: Uint32Array.from(hits, ({ key }) => key),
      raw: Float64Array.from(hits, ({ score }) => sign * score),
    }
  }
  const all = function* (): Generator<number> {
    for (let slot = 0; slot < blocks.length * BLOCK_SLOTS; slot++) yield slot
  }
  return {
    kernel: 'js',
    reason: 'every vector is compared',
    get size() {
      return blocks.reduce((sum, { used }) => sum + used.reduce((n, one) => n + one, 0), 0)
    },
    get bytes() {
      return blocks.reduce((sum, { vectors }) => sum + vectors.byteLength, 0)
    },
    get slots() {
      return blocks.length * BLOCK_SLOTS
    },
    setBlock: (block, vectors, used) => void (blocks[block] = { vectors, used }),
    search: (query, k, only) =>
      best(query, k, only ? [...all()].filter((slot) => (only.words[slot >>> 5]! >>> (slot & 31)) & 1) : all()),
    among: (query, k, slots) => best(query, k, slots),
    vector: (slot) => at(slot)?.slice(),
    [Symbol.dispose]: () => void blocks.splice(0),
  }
}
