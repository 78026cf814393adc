import { type CallOptions, RtError, type ScrollPage } from '@rt/core'
import type { CheckedScroll } from '../../driver-kit/check-changes.ts'
import type { CollectionCalls } from './client.ts'
import { liveFilter, matchingPoints, serverFilter } from './matching.ts'
import { DENSE, RECORD_KEYS, recordsAtOnce, toRecord } from './payload.ts'

/**
 * Pages in the order of the points' ids, which are hashes: the same at every time, and no other order.
 *
 * @param options.dimensions of the vectors they come with; 0: without.
 */
export const scrollPoints = async (
  calls: CollectionCalls,
  { filter, limit, after }: CheckedScroll,
  { now, dimensions, signal }: CallOptions & { now: number; dimensions: number },
): Promise<ScrollPage> => {
  checkCursor(after)
  const { call, physical } = calls
  const server = serverFilter(filter, now)
  // What Qdrant cannot answer is found first, one more than is asked for: that is where the next page begins.
  const found = server ? undefined : await take(matchingPoints(calls, filter!, { now, signal, after }), limit + 1)
  const wanted = found ? liveFilter(now, [{ has_id: found.slice(0, limit) }]) : server!
  const page: ScrollPage = { records: [] }
  for (let offset = after; page.records.length < limit;) {
    const { points, next_page_offset: next } = await call(
      (api, init) =>
        api.scrollPoints(
          {
            collection_name: physical,
            filter: wanted,
            limit: Math.min(recordsAtOnce(dimensions), limit - page.records.length),
            with_payload: RECORD_KEYS,
            with_vector: dimensions ? [DENSE] : false,
            ...(offset !== undefined && { offset }),
          },
          init,
        ),
      { signal },
    )
    page.records.push(...points.map(toRecord))
    if (typeof next !== 'string') {
      delete page.next
      break
    }
    page.next = offset = next
  }
  const rest = found?.[limit]
  return {
    records: page.records,
    ...((found ? rest : page.next) !== undefined && { next: found ? rest! : page.next! }),
  }
}

const take = async <T>(items: AsyncIterable<T>, count: number): Promise<T[]> => {
  const taken: T[] = []
  for await (const item of items) if (taken.push(item) >= count) break
  return taken
}

const checkCursor = (after: string | undefined): void => {
  if (after === undefined || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(after)) return
  throw new RtError({
    code: 'invalid_request',
    message: `after is ${JSON.stringify(after.slice(0, 60))}, which no page of this store had as its \`next\`.`,
    hint: 'Begin without it.',
  })
}
