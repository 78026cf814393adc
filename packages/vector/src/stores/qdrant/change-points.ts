import { type CallOptions, type JsonObject, throwIfAborted } from '@rt/core'
import type { CheckedUpdate } from '../../driver-kit/check-changes.ts'
import { checkId } from '../../driver-kit/check-records.ts'
import { mergeMetadata } from '../../driver-kit/merge-metadata.ts'
import type { FilterNode } from '../../filter/index.ts'
import { type CollectionCalls, WRITE } from './client.ts'
import type { Filter } from './filter/translate-filter.ts'
import { IDS_A_REQUEST, liveFilter, matchingPieces, serverFilter } from './matching.ts'
import { metadataPayload, type Payload } from './payload.ts'
import { pointId } from './point-id.ts'
import { indexRanges } from './write-points.ts'

interface Times extends CallOptions {
  now: number
}

const UPDATES_A_REQUEST = 200
/** What follows from metadata, and goes when it does. */
const DERIVED: (keyof Payload)[] = ['numbers', 'dates']

/** Changes metadata; answers how many records there were. Reads and writes: of two processes at one record the last wins. */
export const updatePoints = async (
  calls: CollectionCalls,
  updates: readonly CheckedUpdate[],
  { now, indexed, signal }: Times & { indexed: Set<string> },
): Promise<number> => {
  const { call, physical } = calls
  const byKey = Map.groupBy(updates, ({ key }) => key)
  const keys = [...byKey.keys()]
  // All are merged and checked before the first is written.
  const changed: { id: string; payload: ReturnType<typeof metadataPayload> }[] = []
  for (let i = 0; i < keys.length; i += UPDATES_A_REQUEST) {
    throwIfAborted(signal)
    const ids = keys.slice(i, i + UPDATES_A_REQUEST).map(pointId)
    const points = await call(
      (api, init) =>
        api.getPoints(
          { collection_name: physical, ids, with_payload: ['id', 'metadata', 'expires'], with_vector: false },
          init,
        ),
      { signal },
    )
    for (const { id, payload } of points) {
      const { id: key, metadata: old, expires } = payload as Payload
      if (typeof expires === 'number' && expires <= now) continue
      const metadata = byKey
        .get(key)!
        .reduce((before, update) => mergeMetadata(update, JSON.parse(before) as JsonObject), old)
      changed.push({ id: String(id), payload: metadataPayload(metadata) })
    }
  }
  await indexRanges(
    calls,
    changed.map(({ payload }) => payload),
    { indexed, signal },
  )
  for (let i = 0; i < changed.length; i += UPDATES_A_REQUEST) {
    throwIfAborted(signal)
    const operations = changed
      .slice(i, i + UPDATES_A_REQUEST)
      .flatMap(({ id, payload }) => [
        { delete_payload: { keys: DERIVED, points: [id] } },
        { set_payload: { payload, points: [id] } },
      ])
    await call((api, init) => api.batchUpdate({ collection_name: physical, operations, ...WRITE }, init), { signal })
  }
  return changed.length
}

/** Deletes by id; answers how many of them there were. */
export const deleteIds = async (
  calls: CollectionCalls,
  ids: readonly string[],
  { now, signal }: Times,
): Promise<number> => {
  const asked = [...new Set(ids.map(checkId))].map(pointId)
  let count = 0
  for (let i = 0; i < asked.length; i += IDS_A_REQUEST)
    count += await deletePoints(calls, asked.slice(i, i + IDS_A_REQUEST), { now, signal })
  return count
}

/** Deletes what matches; answers how much that was. */
export const deleteMatching = async (
  calls: CollectionCalls,
  node: FilterNode,
  { now, signal }: Times,
): Promise<number> => {
  const filter = serverFilter(node, now)
  if (filter) {
    const count = await countPoints(calls, filter, { signal })
    if (count) await erase(calls, { filter }, { signal })
    return count
  }
  let count = 0
  for await (const piece of matchingPieces(calls, node, { now, signal }))
    count += await deletePoints(calls, piece, { now, signal })
  return count
}

/** Those of the points that are live. */
const deletePoints = async (calls: CollectionCalls, points: string[], { now, signal }: Times): Promise<number> => {
  const count = await countPoints(calls, liveFilter(now, [{ has_id: points }]), { signal })
  await erase(calls, { points }, { signal })
  return count
}

/** Deletes what has ended. */
export const sweepPoints = (calls: CollectionCalls, { now, signal }: Times): Promise<unknown> =>
  erase(calls, { filter: { must: [{ key: 'expires', range: { lte: now } }] } }, { signal })

export const countPoints = async (
  { call, physical }: CollectionCalls,
  filter: Filter,
  options: CallOptions,
): Promise<number> => {
  const { count } = await call(
    (api, init) => api.countPoints({ collection_name: physical, filter, exact: true }, init),
    options,
  )
  return count
}

const erase = (
  { call, physical }: CollectionCalls,
  which: { points: string[] } | { filter: Filter },
  options: CallOptions,
): Promise<unknown> =>
  call((api, init) => api.deletePoints({ collection_name: physical, ...which, ...WRITE }, init), options)
