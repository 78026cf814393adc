import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createFlat, type FlatIndex, type GraphIndex, loadFlatKernel } from '../../../indexes/index.ts'
import { attachGraph } from './attached-graph.ts'

const kernel = await loadFlatKernel()

/** Knows its slots and nothing else; refuses what is longer than 100. */
const fakeGraph = (slots: number[]): GraphIndex & { entries: Set<number> } => {
  const entries = new Set(slots)
  const refuse = (vector: Float32Array): void => {
    if (Math.hypot(...vector) > 100) throw new RtError({ code: 'unsupported', message: 'too long' })
  }
  return {
    kind: 'usearch',
    precision: 'f32',
    entries,
    get size() {
      return entries.size
    },
    tombstones: 0,
    bytes: 0,
    add(added, vectors) {
      refuse(vectors)
      for (const slot of added) entries.add(slot)
    },
    remove: (slot) => void entries.delete(slot),
    search(query, count) {
      refuse(query)
      return Uint32Array.from(entries).slice(0, count)
    },
    save() {},
    [Symbol.dispose]() {},
  }
}

const flatOf = (vectors: (Float32Array | undefined)[]): FlatIndex => {
  const flat = createFlat({ dimensions: 2, metric: 'dot', kernel })
  const joined = new Float32Array(vectors.length * 2)
  vectors.forEach((vector, slot) => vector && joined.set(vector, slot * 2))
  flat.setBlock(
    0,
    joined,
    Uint8Array.from({ length: 256 }, (_, slot) => (vectors[slot] ? 1 : 0)),
  )
  return flat
}

describe('a graph beside the vectors', () => {
  const vectors = [
    Float32Array.of(1, 0),
    Float32Array.of(2, 0),
    Float32Array.of(3, 0),
    undefined,
    Float32Array.of(500, 0),
  ]
  /** Slot 0 is as it was, 1 has another vector, 2 another record, 3 is free now, 4 is new and too long. */
  const built = { records: Float64Array.of(10, 11, 12, 13, 0), checksums: Uint32Array.of(1, 2, 3, 4, 0) }
  const now = { records: Float64Array.of(10, 11, 99, 0, 14), checksums: Uint32Array.of(1, 9, 3, 0, 5) }
  const attach = (): { index: ReturnType<typeof fakeGraph>; graph: ReturnType<typeof attachGraph> } => {
    const index = fakeGraph([0, 1, 2, 3])
    return { index, graph: attachGraph(index, flatOf(vectors), { refine: 1, built, now }) }
  }
  const x = Float32Array.of(1, 0)
  const all = { ef: 10, only: undefined }

  it('takes out entries that are no longer right, and compares what is there instead', () => {
    const { index, graph } = attach()
    expect([...index.entries]).toEqual([0])
    expect(graph).toMatchObject({ entries: 1, tail: 3, pending: 3, unsaved: 0 })
    expect([...graph.search(x, 4, all)!.slots]).toEqual([4, 2, 1, 0])
  })

  it('folds the tail in, but for what the graph does not take, which is compared for ever', () => {
    const { index, graph } = attach()
    graph.fold(1)
    expect(graph.pending).toBe(2)
    graph.fold(10)
    expect(graph).toMatchObject({ entries: 3, tail: 1, pending: 0, unsaved: 2 })
    expect([...index.entries]).toEqual([0, 1, 2])
    expect([...graph.search(x, 4, all)!.slots]).toEqual([4, 2, 1, 0])
    graph.changed(4, false)
    expect(graph).toMatchObject({ tail: 0, pending: 0 })
  })

  it('leaves to exact search what it cannot do', () => {
    const { graph } = attach()
    expect(graph.search(Float32Array.of(500, 0), 2, all)).toBeUndefined()
    // Slots 0 to 2 may be found, and slot 0 is all that the graph has of them.
    graph.fold(10)
    graph.index.remove(1)
    const only = { words: Uint32Array.of(0b11), count: 2 }
    expect(graph.search(x, 2, { ef: 1, only })?.slots.length).toBe(2)
    graph.index.remove(2)
    graph.index.remove(0)
    expect(graph.search(x, 2, { ef: 1, only })).toBeUndefined()
  })
})
