import { RtError } from '@rt/core'
import { hasBit } from '../../../indexes/bitmap.ts'
import type { Bitmap, FlatIndex, GraphIndex, SlotHits } from '../../../indexes/index.ts'
import type { SlotStamps } from './slot-stamps.ts'

/**
 * A graph beside the vectors it was built from. Slots that changed since are its tail: their entries are taken out, and
 * the vectors compared one by one until they are folded in. What it finds is always compared exactly.
 */
export interface AttachedGraph extends Disposable {
  readonly index: GraphIndex
  /** Entries that are right. */
  readonly entries: number
  readonly tail: number
  /** Those of the tail that wait to be folded in: all but what the graph does not take. */
  readonly pending: number
  /** Entries added since it was saved. */
  readonly unsaved: number
  /** A slot was written or freed. */
  changed(slot: number, used: boolean): void
  /** The nearest of the graph and the tail; undefined when the graph finds too few of `only`, or cannot take the query. */
  search(query: Float32Array, k: number, options: { ef: number; only: Bitmap | undefined }): SlotHits | undefined
  /** Takes up to `count` vectors of the tail into the graph. */
  fold(count: number): void
}

export interface AttachOptions {
  /** Candidates compared for each hit: more than one where the graph keeps vectors in fewer bits; Infinity: all. */
  refine: number
  /** What the slots held when it was built, and what they hold. */
  built: SlotStamps
  now: SlotStamps
}

export const attachGraph = (
  index: GraphIndex,
  flat: FlatIndex,
  { refine, built, now }: AttachOptions,
): AttachedGraph => {
  let right = new Uint8Array(Math.max(built.records.length, now.records.length))
  let entries = 0
  let unsaved = 0
  const tail = new Set<number>()
  /** Vectors too long for single precision stay in the tail. */
  const refused = new Set<number>()
  /** The tail as a list; undefined when it changed. */
  let listed: Uint32Array | undefined

  for (let slot = 0; slot < right.length; slot++) {
    const record = now.records[slot] ?? 0
    const had = built.records[slot] ?? 0
    if (had && had === record && built.checksums[slot] === now.checksums[slot]) {
      right[slot] = 1
      entries++
      continue
    }
    if (had) index.remove(slot)
    if (record) tail.add(slot)
  }

  /** Undefined for a query that is too long for single precision. */
  const walk = (...args: Parameters<GraphIndex['search']>): Uint32Array | undefined => {
    try {
      return index.search(...args)
    } catch (error) {
      if (RtError.isInstance(error) && error.code === 'unsupported') return undefined
      throw error
    }
  }
  const list = (): Uint32Array => (listed ??= Uint32Array.from(tail))

  return {
    index,
    get entries() {
      return entries
    },
    get tail() {
      return tail.size
    },
    get pending() {
      return tail.size - refused.size
    },
    get unsaved() {
      return unsaved
    },
    changed(slot, used) {
      if (right[slot]) {
        index.remove(slot)
        right[slot] = 0
        entries--
      }
      refused.delete(slot)
      if (used) tail.add(slot)
      else tail.delete(slot)
      listed = undefined
    },
    search(query, k, { ef, only }) {
      const least = Math.max(ef, k > 10 ? 2 * k : k)
      const wanted = Math.min(Math.ceil(refine * k), least)
      const found = walk(query, wanted, { ef: least, only })
      if (!found) return undefined
      const rest = only ? list().filter((slot) => hasBit(only, slot)) : list()
      if (found.length + rest.length < Math.min(k, only ? only.count : entries + tail.size)) return undefined
      if (!rest.length) return flat.among(query, k, found)
      const slots = new Uint32Array(found.length + rest.length)
      slots.set(found)
      slots.set(rest, found.length)
      return flat.among(query, k, slots)
    },
    fold(count) {
      for (const slot of tail) {
        if (refused.has(slot)) continue
        if (count-- <= 0) break
        const vector = flat.vector(slot)
        try {
          if (vector) index.add(Uint32Array.of(slot), vector)
        } catch (error) {
          if (!RtError.isInstance(error)) throw error
          refused.add(slot)
          continue
        }
        tail.delete(slot)
        listed = undefined
        if (!vector) continue
        if (slot >= right.length) right = grown(right, slot + 1)
        right[slot] = 1
        entries++
        unsaved++
      }
    },
    [Symbol.dispose]: () => index[Symbol.dispose](),
  }
}

const grown = (old: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> => {
  const bigger = new Uint8Array(Math.max(least, Math.ceil(old.length * 1.5)))
  bigger.set(old)
  return bigger
}
