import { RtError } from '@rt/core'
import type { HierarchicalNSW } from 'hnswlib-node'
import { hasBit } from '../bitmap.ts'
import { checkCount, checkGraphOptions, toGraphQuery, toGraphVectors, toSlots } from '../graph-input.ts'
import { loadChecked, saveChecked } from '../native-files.ts'
import type { GraphDriver, GraphIndex, GraphOptions } from '../types.ts'
import { checkDimensions } from './check-dimensions.ts'
import { hnswFileLength } from './file-length.ts'

export interface Hnswlib {
  HierarchicalNSW: typeof HierarchicalNSW
}

/** Neighbours a node, and candidates looked at for each when it is added. */
const CONNECTIVITY = 16
const EF_CONSTRUCTION = 200
const SEED = 100
const LEAST_CAPACITY = 16
/** What a node takes besides the vector. */
const NODE_BYTES = 220

export const createHnswDriver = (hnswlib: Hnswlib): GraphDriver => {
  const driver: GraphDriver = {
    kind: 'hnsw',
    precisions: ['f32'],
    metrics: ['cosine', 'dot', 'l2'],
    create({ capacity, ...options }) {
      checkGraphOptions(driver, options)
      const index = open(hnswlib, options)
      index.initIndex(Math.max(LEAST_CAPACITY, capacity), CONNECTIVITY, EF_CONSTRUCTION, SEED)
      return wrap(options, index, new Set())
    },
    load(path, options) {
      checkGraphOptions(driver, options)
      checkDimensions(path, options.dimensions)
      // Always a new object: a failed read leaves one that crashes at its next search.
      const index = open(hnswlib, options)
      loadChecked(() => index.readIndexSync(path))
      const deleted = index.getCurrentCount() === options.size ? new Set<number>() : findDeleted(index)
      const size = index.getCurrentCount() - deleted.size
      if (size !== options.size)
        throw new RtError({
          code: 'checksum_mismatch',
          message: `the file of an index holds ${size} vectors, not ${options.size}.`,
        })
      return wrap(options, index, deleted)
    },
  }
  return driver
}

/** Vectors come of length 1 for metric cosine: its own scaling squares in single precision. */
const open = ({ HierarchicalNSW: Index }: Hnswlib, { dimensions, metric }: GraphOptions): HierarchicalNSW =>
  new Index(metric === 'l2' ? 'l2' : 'ip', dimensions)

/** A file has them, but they can only be told by trying: what is marked already cannot be marked. */
const findDeleted = (index: HierarchicalNSW): Set<number> =>
  new Set(
    index.getIdsList().filter((label) => {
      if (!tryTo(() => index.markDelete(label))) return true
      index.unmarkDelete(label)
      return false
    }),
  )

const tryTo = (action: () => void): boolean => {
  try {
    action()
    return true
  } catch {
    return false
  }
}

const wrap = (options: GraphOptions, index: HierarchicalNSW, deleted: Set<number>): GraphIndex => {
  const { dimensions } = options
  // It takes plain arrays only, and has read them when it returns.
  const point: number[] = Array.from({ length: dimensions }, () => 0)
  const toPoint = (vectors: Float32Array, offset: number): number[] => {
    for (let i = 0; i < dimensions; i++) point[i] = vectors[offset + i]!
    return point
  }
  const size = (): number => index.getCurrentCount() - deleted.size

  return {
    kind: 'hnsw',
    precision: 'f32',
    get size() {
      return size()
    },
    get tombstones() {
      return deleted.size
    },
    get bytes() {
      return index.getMaxElements() * (dimensions * 4 + NODE_BYTES)
    },

    add(slots, vectors) {
      const prepared = toGraphVectors(options, slots, vectors)
      const most = index.getCurrentCount() + slots.length
      if (most > index.getMaxElements()) index.resizeIndex(Math.max(most, Math.ceil(index.getMaxElements() * 1.5)))
      for (const [i, slot] of slots.entries()) {
        index.addPoint(toPoint(prepared, i * dimensions), slot)
        deleted.delete(slot)
      }
    },

    remove(slot) {
      // A number beyond would wrap around and mark another one.
      toSlots([slot])
      if (deleted.has(slot)) return
      if (tryTo(() => index.markDelete(slot))) deleted.add(slot)
    },

    search(query, count, { ef, only }) {
      checkCount(count)
      const prepared = toGraphQuery(options, query)
      const wanted = Math.min(count, size(), only?.count ?? count)
      if (wanted === 0) return new Uint32Array(0)
      // For the whole index, and back at 10 after each load.
      index.setEf(Math.max(ef, wanted))
      const allowed = only && ((slot: number): boolean => hasBit(only, slot))
      return Uint32Array.from(index.searchKnn(toPoint(prepared, 0), wanted, allowed).neighbors)
    },

    save(path) {
      saveChecked(path, (file) => index.writeIndexSync(file), hnswFileLength)
    },

    [Symbol.dispose]() {
      // Native memory goes now; the garbage collector does not know how much it is.
      index.initIndex(1)
      deleted.clear()
    },
  }
}
