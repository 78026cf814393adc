import { join } from 'node:path'
import { toSlots } from '../graph-input.ts'
import type { GraphDriver, GraphIndex, GraphOptions, Precision } from '../types.ts'
import { endToEnd } from './end-to-end.ts'
import type { IndexSubject, TestedIndex } from './index-conformance.ts'
import { trueNeighbours } from './oracle.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** With fewer bits, more candidates are needed to have the best among them. */
const CANDIDATES = { f32: 1, f16: 2, i8: 4 } as const

/** A graph of a driver, whose candidates are scored again, as its user does. */
export const graphSubject = (
  driver: GraphDriver,
  precision: Precision,
  { metrics, filtered }: Pick<IndexSubject, 'metrics' | 'filtered'>,
): IndexSubject => {
  const wrap = (index: GraphIndex, options: GraphOptions, vectors: Map<number, Float32Array>): TestedIndex => ({
    get size() {
      return index.size
    },
    put(changes) {
      index.add(toSlots([...changes.keys()]), endToEnd(changes.values()))
      for (const [slot, vector] of changes) vectors.set(slot, vector)
    },
    remove: (slot) => index.remove(slot),
    search(query, k, { ef, only }) {
      const candidates = index.search(query, k * CANDIDATES[precision], { ef, only })
      const known = new Map(Array.from(candidates, (slot) => [slot, vectors.get(slot)!]))
      return trueNeighbours(options.metric, query, known, k).map(({ slot }) => slot)
    },
    reloaded: () => {
      const path = join(temporaryFolder(), 'graph')
      index.save(path)
      return wrap(driver.load(path, { ...options, size: index.size }), options, new Map(vectors))
    },
    [Symbol.dispose]: () => index[Symbol.dispose](),
  })
  return {
    name: `${driver.kind} ${precision}`,
    metrics,
    recall: 0.95,
    filtered,
    create({ metric, dimensions }) {
      const options: GraphOptions = { dimensions, metric, precision }
      // Small on purpose: it has to grow.
      return wrap(driver.create({ ...options, capacity: 4 }), options, new Map())
    },
  }
}
