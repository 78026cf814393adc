import { type CallOptions, type JsonObject, throwIfAborted } from '@rt/core'
import { type FilterNode, matchesFilter } from '../../filter/index.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import type { CollectionCalls } from './client.ts'
import { type Condition, type Filter, translateFilter } from './filter/translate-filter.ts'
import type { Payload } from './payload.ts'

/** Points a page of reading metadata. */
const PAGE = 1000

/** Leaves out what has ended and waits to be swept. */
export const liveFilter = (now: number, conditions: Condition[] = []): Filter => ({
  ...(conditions.length && { must: conditions }),
  must_not: [{ key: 'expires', range: { lte: now } }],
})

/** A filter Qdrant can answer alone; undefined for one it cannot. */
export const serverFilter = (node: FilterNode | undefined, now: number): Filter | undefined => {
  if (!node) return liveFilter(now)
  const { condition, exact } = translateFilter(node)
  return exact ? liveFilter(now, [condition]) : undefined
}

/** Points that match a filter which Qdrant cannot answer: it gives the ones that may, their metadata is judged here. */
export async function* matchingPoints(
  { call, physical }: CollectionCalls,
  node: FilterNode,
  { now, signal, after }: CallOptions & { now: number; after?: string | undefined },
): AsyncGenerator<string> {
  const filter = liveFilter(now, [translateFilter(node).condition])
  const pace = createPacer(signal)
  for (let offset = after; ;) {
    throwIfAborted(signal)
    const page = await call(
      (api, init) =>
        api.scrollPoints(
          {
            collection_name: physical,
            filter,
            limit: PAGE,
            with_payload: ['metadata'],
            with_vector: false,
            ...(offset !== undefined && { offset }),
          },
          init,
        ),
      { signal },
    )
    for (const { id, payload } of page.points) {
      if (matchesFilter(node, JSON.parse((payload as Payload).metadata) as JsonObject)) yield String(id)
      const pause = pace()
      if (pause) await pause
    }
    if (typeof page.next_page_offset !== 'string') return
    offset = page.next_page_offset
  }
}

/** Their ids, in pieces worth a request. */
export async function* matchingPieces(
  calls: CollectionCalls,
  node: FilterNode,
  options: CallOptions & { now: number },
  size: number = IDS_A_REQUEST,
): AsyncGenerator<string[]> {
  let piece: string[] = []
  for await (const id of matchingPoints(calls, node, options)) {
    piece.push(id)
    if (piece.length < size) continue
    yield piece
    piece = []
  }
  if (piece.length) yield piece
}

/** 40 bytes each. */
export const IDS_A_REQUEST = 10_000
