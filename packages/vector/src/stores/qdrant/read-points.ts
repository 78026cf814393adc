import { type CallOptions, throwIfAborted, type VectorRecord } from '@rt/core'
import { createPacer } from '../../driver-kit/pacer.ts'
import type { CollectionCalls } from './client.ts'
import { DENSE, RECORD_KEYS, recordsAtOnce, toRecord } from './payload.ts'
import { pointId } from './point-id.ts'

/**
 * The records of these ids that are there, ended ones too.
 *
 * @param options.dimensions of the vectors they come with; 0: without.
 */
export const readPoints = async (
  { call, physical }: CollectionCalls,
  ids: readonly string[],
  { dimensions, signal }: CallOptions & { dimensions: number },
): Promise<VectorRecord[]> => {
  const pace = createPacer(signal)
  const records: VectorRecord[] = []
  const size = recordsAtOnce(dimensions)
  for (let i = 0; i < ids.length; i += size) {
    throwIfAborted(signal)
    const points = await call(
      (api, init) =>
        api.getPoints(
          {
            collection_name: physical,
            ids: ids.slice(i, i + size).map(pointId),
            with_payload: RECORD_KEYS,
            with_vector: dimensions ? [DENSE] : false,
          },
          init,
        ),
      { signal },
    )
    for (const point of points) {
      records.push(toRecord(point))
      const pause = pace()
      if (pause) await pause
    }
  }
  return records
}
