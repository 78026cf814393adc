import type { Reader } from '@rt/node/sqlite/in-thread'
import type { FilterNode } from '../../../filter/index.ts'
import type { Bitmap } from '../../../indexes/index.ts'
import { corrupt } from '../blocks.ts'
import { translateFilter } from '../translate-filter.ts'
import type { CollectionIdentity } from './protocol.ts'
import { readyFields } from './ready-fields.ts'
import type { SlotStamps } from './slot-stamps.ts'

/** Filters remembered a collection. */
const REMEMBERED = 32

/**
 * The slots whose records match, as bitmaps, each computed once a version. That slot and record belong together is checked
 * on both sides: SQLite's pages have no checksums.
 */
export interface SlotFilter {
  matching(filter: FilterNode, version: number): Bitmap
  /** Whether this is the first time that it is asked for in this version. */
  isNew(filter: FilterNode, version: number): boolean
}

export const createSlotFilter = (reader: Reader, collection: CollectionIdentity, stamps: SlotStamps): SlotFilter => {
  const known = new Map<string, { version: number; bitmap: Bitmap }>()
  /** Filters that were asked for, and in which version last. */
  const asked = new Map<string, number>()
  return {
    isNew(filter, version) {
      const key = JSON.stringify(filter)
      const before = asked.get(key)
      asked.delete(key)
      asked.set(key, version)
      if (asked.size > REMEMBERED) asked.delete(asked.keys().next().value!)
      return before !== version
    },
    matching(filter, version) {
      const key = JSON.stringify(filter)
      const found = known.get(key)
      known.delete(key)
      const entry = found?.version === version ? found : { version, bitmap: read(reader, collection, stamps, filter) }
      known.set(key, entry)
      if (known.size > REMEMBERED) known.delete(known.keys().next().value!)
      return entry.bitmap
    },
  }
}

const read = (reader: Reader, { id, name }: CollectionIdentity, stamps: SlotStamps, filter: FilterNode): Bitmap => {
  const { sql, params } = translateFilter(filter, readyFields(reader, id))
  const rows = reader
    .prepare(`SELECT r.slot, r.id FROM vector_records r WHERE r.collection = ? AND r.slot IS NOT NULL${sql}`)
    .all<{ slot: number; id: number }>(id, ...params)
  const foreign = rows.find((row) => stamps.records[row.slot] !== row.id)
  if (foreign) throw corrupt(name, `slot ${foreign.slot}`)
  return toBitmap(rows.map(({ slot }) => slot))
}

const toBitmap = (slots: number[]): Bitmap => {
  const words = new Uint32Array((slots.reduce((most, slot) => Math.max(most, slot), 0) >>> 5) + 1)
  for (const slot of slots) words[slot >>> 5]! |= 1 << (slot & 31)
  return { words, count: slots.length }
}
