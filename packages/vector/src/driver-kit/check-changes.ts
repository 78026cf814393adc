import { type JsonObject, type MetadataUpdate, RtError, type ScrollOptions, type VectorFilter } from '@rt/core'
import { type FilterNode, parseFilter } from '../filter/index.ts'
import { checkId, checkMetadata } from './check-records.ts'
import { createPacer } from './pacer.ts'

export interface CheckedUpdate {
  key: string
  set: JsonObject
  remove: readonly string[]
}

export interface CheckedScroll {
  filter: FilterNode | undefined
  limit: number
  after: string | undefined
  vectors: boolean
}

/** Records one page of `scroll` can carry. */
const MAX_PAGE = 10_000

/**
 * Checks updates, in slices between which the event loop gets its turn.
 *
 * @throws RtError `invalid_request` naming the record; `aborted`.
 */
export const checkUpdates = async (changes: MetadataUpdate[], signal?: AbortSignal): Promise<CheckedUpdate[]> => {
  const pace = createPacer(signal)
  const checked: CheckedUpdate[] = []
  for (const change of changes.slice()) {
    checked.push(checkUpdate(change))
    const pause = pace()
    if (pause) await pause
  }
  return checked
}

const checkUpdate = ({ id, set = {}, remove = [] }: MetadataUpdate): CheckedUpdate => {
  const key = checkId(id)
  if (!Array.isArray(remove) || remove.some((name) => typeof name !== 'string'))
    throw invalid(`record ${JSON.stringify(key)}: remove must be a list of keys.`)
  return { key, set: JSON.parse(checkMetadata(key, set)) as JsonObject, remove: [...remove] }
}

/** @throws RtError `invalid_request` for a filter that would delete everything. */
export const checkDeletion = (filter: VectorFilter): FilterNode => {
  const node = parseFilter(filter)
  if (node) return node
  throw invalid('an empty filter would delete every record.', 'Use drop(name) of the store to delete a collection.')
}

/** @throws RtError `invalid_request` */
export const checkScroll = ({ filter, limit = 256, after, vectors = true }: ScrollOptions): CheckedScroll => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw invalid(`limit must be a whole number from 1 to ${MAX_PAGE}, not ${limit}.`)
  if (after !== undefined && typeof after !== 'string') throw invalid('after must be the `next` of a page before.')
  return { filter: parseFilter(filter), limit, after, vectors }
}

const invalid = (message: string, hint?: string): RtError => new RtError({ code: 'invalid_request', message, hint })
