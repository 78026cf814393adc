import type { Reader } from '@rt/node/sqlite/in-thread'
import type { Bitmap } from '../../../indexes/index.ts'

/** Slots of records that have ended and wait to be swept. */
export interface EndedSlots {
  /** Takes them out of `only`, or of all; undefined when that leaves everything. */
  without(only: Bitmap | undefined, options: { version: number; now: number; slots: number }): Bitmap | undefined
}

export const createEndedSlots = (reader: Reader, collection: number): EndedSlots => {
  let known: { version: number; from: number; until: number; slots: number[] } | undefined

  const at = (version: number, now: number): number[] => {
    if (known && known.version === version && now >= known.from && now < known.until) return known.slots
    const slots = reader
      .prepare('SELECT slot FROM vector_records WHERE collection = ? AND expires <= ? AND slot IS NOT NULL')
      .all<{ slot: number }>(collection, now)
    const next = reader
      .prepare('SELECT min(expires) AS at FROM vector_records WHERE collection = ? AND expires > ?')
      .get<{ at: number | null }>(collection, now)
    known = { version, from: now, until: next?.at ?? Infinity, slots: slots.map(({ slot }) => slot) }
    return known.slots
  }

  return {
    without(only, { version, now, slots }) {
      const ended = at(version, now)
      if (!ended.length) return only
      const words = only ? only.words.slice() : new Uint32Array(Math.ceil(slots / 32)).fill(0xffffffff)
      let count = only ? only.count : slots
      for (const slot of ended) {
        const bit = 1 << (slot & 31)
        if (!((words[slot >>> 5] ?? 0) & bit)) continue
        words[slot >>> 5]! &= ~bit
        count--
      }
      return { words, count }
    },
  }
}
