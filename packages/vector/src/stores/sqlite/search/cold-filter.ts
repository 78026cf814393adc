import type { Reader } from '@rt/node/sqlite/in-thread'
import type { FilterNode } from '../../../filter/index.ts'
import type { SlotHits } from '../../../indexes/index.ts'
import { translateFilter } from '../translate-filter.ts'
import { readyFields } from './ready-fields.ts'
import type { SlotStamps } from './slot-stamps.ts'

export interface ColdSearch {
  filter: FilterNode
  k: number
  stamps: SlotStamps
  /** The nearest of all, whatever the filter says. */
  nearest: (count: number) => SlotHits
  /** One past the highest slot. */
  slots: number
}

/** Records looked at to learn how many a filter lets through. */
const SAMPLE = 256
/** Fewer than this of the sample: so few match that all of them are better found first. */
const LEAST_OF_SAMPLE = 12
/** Neighbours looked at for each that is expected to match. */
const MARGIN = 2
const MOST_LOOKED_AT = 8192

/**
 * A filter that was not asked for since the last write would have to be tried on every record. One that lets many through
 * is tried on the nearest neighbours instead, in their order, until there are enough. Undefined when it lets few through.
 */
export const searchCold = (
  reader: Reader,
  collection: number,
  { filter, k, stamps, nearest, slots }: ColdSearch,
): SlotHits | undefined => {
  const { sql, params } = translateFilter(filter, readyFields(reader, collection))
  const matching = (records: number[]): Set<number> => {
    const rows = reader
      .prepare(`SELECT r.id FROM vector_records r WHERE r.id IN (SELECT value FROM json_each(?))${sql}`)
      .all<{ id: number }>(JSON.stringify(records), ...params)
    return new Set(rows.map(({ id }) => id))
  }
  const sample = sampleOf(stamps, slots)
  const share = matching(sample).size / sample.length
  if (share * SAMPLE < LEAST_OF_SAMPLE) return undefined
  for (let count = Math.ceil((MARGIN * k) / share); count <= MOST_LOOKED_AT; count *= 4) {
    const { slots: found, raw } = nearest(count)
    const kept = matching(Array.from(found, (slot) => stamps.records[slot]!))
    const places = [...found.keys()].filter((place) => kept.has(stamps.records[found[place]!]!)).slice(0, k)
    if (places.length === k)
      return {
        slots: Uint32Array.from(places, (place) => found[place]!),
        raw: Float64Array.from(places, (place) => raw[place]!),
      }
  }
  return undefined
}

/** Evenly spread, so that what was written together does not stand for all. */
const sampleOf = ({ records }: SlotStamps, slots: number): number[] => {
  const sample: number[] = []
  const step = Math.max(1, Math.floor(slots / (SAMPLE + 1)))
  for (let slot = Math.floor(Math.random() * step); slot < slots && sample.length < SAMPLE; slot += step)
    if (records[slot]) sample.push(records[slot]!)
  return sample
}
