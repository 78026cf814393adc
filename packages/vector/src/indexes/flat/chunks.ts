import { slotsOfWord } from '../bitmap.ts'
import type { Bitmap } from '../types.ts'
import { CHUNK_ROWS } from './kernel/kernel-types.ts'

/** Some slots of one segment, few enough to be compared in one go: `count` from `first`, or those `listed`. */
export interface Chunk {
  first: number
  count: number
  /** Rows within the segment of `first`. */
  listed: Uint32Array | undefined
}

/** All slots up to `slots`. */
export function* rangeChunks(slots: number, segmentRows: number): Generator<Chunk> {
  for (let first = 0; first < slots;) {
    const end = Math.min(slots, first + CHUNK_ROWS, segmentEnd(first, segmentRows))
    yield { first, count: end - first, listed: undefined }
    first = end
  }
}

/** Those of a bitmap. */
export function* bitmapChunks(only: Bitmap, slots: number, segmentRows: number): Generator<Chunk> {
  const found = new Uint32Array(CHUNK_ROWS)
  const words = Math.min(only.words.length, Math.ceil(slots / 32))
  let count = 0
  for (let word = 0; word < words; word++) {
    if (only.words[word] !== 0) count = slotsOfWord(only, word, found, count)
    const next = word + 1
    // Segments end where a word does.
    if (count > CHUNK_ROWS - 32 || next === words || (next * 32) % segmentRows === 0) {
      if (count > 0) yield listedChunk(found.subarray(0, count), segmentRows)
      count = 0
    }
  }
}

/** Those of an ascending list. */
export function* listChunks(sorted: Uint32Array, segmentRows: number): Generator<Chunk> {
  for (let start = 0; start < sorted.length;) {
    const segment = segmentEnd(sorted[start]!, segmentRows)
    let end = start
    while (end < sorted.length && end - start < CHUNK_ROWS && sorted[end]! < segment) end++
    yield listedChunk(sorted.subarray(start, end), segmentRows)
    start = end
  }
}

const listedChunk = (slots: Uint32Array, segmentRows: number): Chunk => ({
  first: slots[0]!,
  count: slots.length,
  listed: slots.map((slot) => slot % segmentRows),
})

const segmentEnd = (slot: number, segmentRows: number): number => (Math.floor(slot / segmentRows) + 1) * segmentRows
