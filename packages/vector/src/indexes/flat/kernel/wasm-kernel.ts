import { RtError } from '@rt/core'
import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'
import { KERNEL_BASE64 } from './kernel-bytes.ts'
import { CHUNK_ROWS, type FlatKernel, type FlatSegment, type Measure } from './kernel-types.ts'

const PAGE_BYTES = 65_536
/** Of at most 4 GiB that a 32-bit address reaches. */
const SEGMENT_BYTES = 2 ** 30

type Compare = (query: number, base: number, list: number, count: number, stride: number, out: number) => void
type Exports = Record<'dot' | 'squaredDistance' | 'squares', Compare>

/** @returns undefined where this Node has no WebAssembly SIMD, or is not allowed to compile it. */
export const wasmKernel = (): FlatKernel | undefined => {
  const module = compile()
  return (
    module && {
      name: 'wasm',
      reason: 'WebAssembly SIMD reads vectors as fast as memory gives them',
      segmentRows: (stride) => Math.max(1, Math.floor(SEGMENT_BYTES / (stride * 4 * BLOCK_SLOTS))) * BLOCK_SLOTS,
      open: (options) => openSegment(module, options),
    }
  )
}

const compile = (): WebAssembly.Module | undefined => {
  if (typeof WebAssembly === 'undefined') return undefined
  const bytes = Buffer.from(KERNEL_BASE64, 'base64')
  try {
    if (!WebAssembly.validate(bytes)) return undefined
    // Instantiated once here: where address space is limited, memory is what is refused.
    const module = new WebAssembly.Module(bytes)
    instantiate(module, new WebAssembly.Memory({ initial: 1 }))
    return module
  } catch {
    return undefined
  }
}

const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): Exports =>
  new WebAssembly.Instance(module, { memory: { memory } }).exports as Exports

/** Its memory: the query, row numbers, scores; then the rows. */
const openSegment = (
  module: WebAssembly.Module,
  { stride, measure }: { stride: number; measure: Measure },
): FlatSegment => {
  const rowBytes = stride * 4
  const countingAt = rowBytes
  const listAt = countingAt + CHUNK_ROWS * 4
  const scoresAt = listAt + CHUNK_ROWS * 4
  // A row begins where a cache line does.
  const rowsAt = Math.ceil((scoresAt + CHUNK_ROWS * 4) / 64) * 64

  const memory = allocate(Math.ceil(rowsAt / PAGE_BYTES))
  const exports = instantiate(module, memory)
  const compare = measure === 'dot' ? exports.dot : exports.squaredDistance
  let rows = new Float32Array(0)
  let list: Uint32Array
  let scores: Float32Array

  const takeViews = (): void => {
    rows = new Float32Array(memory.buffer, rowsAt, Math.floor((memory.buffer.byteLength - rowsAt) / rowBytes) * stride)
    list = new Uint32Array(memory.buffer, listAt, CHUNK_ROWS)
    scores = new Float32Array(memory.buffer, scoresAt, CHUNK_ROWS)
  }
  takeViews()
  // The numbers 0, 1, 2 ...: a range is a list of these from another base.
  new Uint32Array(memory.buffer, countingAt, CHUNK_ROWS).set(Uint32Array.from({ length: CHUNK_ROWS }, (_, i) => i))

  return {
    reserve(count) {
      const missing = rowsAt + count * rowBytes - memory.buffer.byteLength
      if (missing <= 0) return
      // An eighth more than needed: views are taken anew at each growth, and pages nobody touched cost nothing.
      const spare = Math.min(memory.buffer.byteLength / 8, Math.max(0, SEGMENT_BYTES - count * rowBytes))
      try {
        memory.grow(Math.ceil((missing + spare) / PAGE_BYTES))
      } catch (cause) {
        throw noMemory(count * rowBytes, cause)
      }
      takeViews()
    },
    get rows() {
      return rows
    },
    get bytes() {
      return memory.buffer.byteLength
    },
    squares(first, count) {
      exports.squares(0, rowsAt + first * rowBytes, countingAt, count, rowBytes, scoresAt)
      return scores
    },
    setQuery(query) {
      new Float32Array(memory.buffer, 0, stride).set(query)
    },
    compareRange(first, count) {
      compare(0, rowsAt + first * rowBytes, countingAt, count, rowBytes, scoresAt)
      return scores
    },
    compareRows(places) {
      list.set(places)
      compare(0, rowsAt, listAt, places.length, rowBytes, scoresAt)
      return scores
    },
  }
}

const allocate = (pages: number): WebAssembly.Memory => {
  try {
    return new WebAssembly.Memory({ initial: pages })
  } catch (cause) {
    throw noMemory(pages * PAGE_BYTES, cause)
  }
}

const noMemory = (bytes: number, cause: unknown): RtError =>
  new RtError({
    code: 'internal',
    message: `the memory for the vectors of a collection was refused (${Math.ceil(bytes / 2 ** 20)} MiB).`,
    hint: 'Give the process more memory, or keep the collection in a store with a server: pgvector or qdrant.',
    cause,
  })
