import { availableParallelism, devNull } from 'node:os'
import { RtError } from '@rt/core'
import type * as Usearch from 'usearch'
import { checkCount, checkGraphOptions, toGraphQuery, toGraphVectors, toSlots } from '../graph-input.ts'
import { lookInto } from '../file-reader.ts'
import { loadChecked, saveChecked } from '../native-files.ts'
import type { GraphDriver, GraphIndex, GraphOptions } from '../types.ts'
import { usearchFileLength, usearchPlaces } from './file-length.ts'
import { overFetch } from './over-fetch.ts'

/** Neighbours a node, and candidates looked at for each when it is added. */
const CONNECTIVITY = 16
const EXPANSION_ADD = 128
/**
 * It cannot be changed later, and a search looks at no fewer than it asks for: so this is the least, and a search asks
 * for `ef`.
 */
const EXPANSION_SEARCH = 1
/** One core is left to what goes on meanwhile. */
const THREADS = Math.max(1, availableParallelism() - 1)
/** What a node and the tables that lead to it take besides the vector. */
const NODE_BYTES = 220

export const createUsearchDriver = (usearch: typeof Usearch): GraphDriver => {
  const driver: GraphDriver = {
    kind: 'usearch',
    precisions: ['f32', 'f16', 'i8'],
    metrics: ['cosine', 'dot', 'l2'],
    create(options) {
      checkGraphOptions(driver, options)
      return wrap(options, open(usearch, options), 0)
    },
    load(path, options) {
      checkGraphOptions(driver, options)
      const index = open(usearch, options)
      // Not `view`, which maps the file: nothing could be added, and a file cut off later would end the process.
      loadChecked(() => index.load(path))
      if (index.dimensions() !== options.dimensions || index.size() !== options.size)
        throw new RtError({
          code: 'checksum_mismatch',
          message: `the file of an index holds ${index.size()} vectors of ${index.dimensions()} dimensions, not ${options.size} of ${options.dimensions}.`,
        })
      const places = lookInto(path, usearchPlaces) ?? 0
      return wrap(options, index, places - index.size())
    },
  }
  return driver
}

const open = ({ Index, MetricKind }: typeof Usearch, { dimensions, metric, precision }: GraphOptions): Usearch.Index =>
  new Index({
    dimensions,
    // Of vectors of length 1 the dot product is the cosine, and cheaper; rounded to bytes they are no longer of length 1.
    metric: metric === 'l2' ? MetricKind.L2sq : precision === 'i8' ? MetricKind.Cos : MetricKind.IP,
    quantization: precision as Usearch.ScalarKind,
    connectivity: CONNECTIVITY,
    expansion_add: EXPANSION_ADD,
    expansion_search: EXPANSION_SEARCH,
    multi: false,
  })

/** @param freeBefore places of entries that were removed. */
const wrap = (options: GraphOptions, index: Usearch.Index, freeBefore: number): GraphIndex => {
  const { dimensions, precision } = options
  let free = freeBefore
  // Also where a place is used again: the links to the entry before stay.
  let tombstones = freeBefore

  const removeKeys = (keys: BigUint64Array): void => {
    const removed = (index.remove(keys) as number[]).reduce((sum, count) => sum + count, 0)
    free += removed
    tombstones += removed
  }

  const nearest = (query: Float32Array, wanted: number): Uint32Array => {
    const { keys } = index.search(query, wanted, 1)
    // Slots are the lower halves of the keys.
    return new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2).filter((__, i) => i % 2 === 0)
  }

  return {
    kind: 'usearch',
    precision,
    get size() {
      return index.size()
    },
    get tombstones() {
      return tombstones
    },
    get bytes() {
      return index.capacity() * 24 + (index.size() + free) * (dimensions * BYTES[precision] + NODE_BYTES)
    },

    add(slots, vectors) {
      if (slots.length === 0) return
      const prepared = toGraphVectors(options, slots, vectors)
      const keys = BigUint64Array.from(slots, BigInt)
      removeKeys(keys)
      if (free === 0) return index.add(keys, prepared, THREADS)
      // Places of removed entries are used again, which usearch is not safe to do in several threads.
      for (let i = 0; i < keys.length; i++)
        index.add(keys.subarray(i, i + 1), prepared.subarray(i * dimensions, (i + 1) * dimensions), THREADS)
      free = Math.max(0, free - keys.length)
    },

    remove(slot) {
      if (index.size() > 0) removeKeys(BigUint64Array.from(toSlots([slot]), BigInt))
    },

    search(query, count, { ef, only }) {
      checkCount(count)
      const prepared = toGraphQuery(options, query)
      const size = index.size()
      if (size === 0) return new Uint32Array(0)
      if (only) return overFetch((wanted) => nearest(prepared, wanted), count, { size, ef, only })
      return nearest(prepared, Math.min(size, Math.max(count, ef))).subarray(0, count)
    },

    save(path) {
      saveChecked(path, (file) => index.save(file), usearchFileLength)
    },

    [Symbol.dispose]() {
      // Native memory goes now: an empty file is refused after what was there is freed. The garbage collector does not know
      // how much it is, and would wait.
      try {
        index.load(devNull)
      } catch {
        free = tombstones = 0
      }
    },
  }
}

const BYTES = { f32: 4, f16: 2, i8: 1 } as const
