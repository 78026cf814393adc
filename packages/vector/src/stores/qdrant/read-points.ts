import { type CallOptions, throwIfAborted, type VectorRecord } from '@rt/core'
import { createPacer } from '../../driver-kit/pacer.ts'
import type { CollectionCalls } from './client.ts'
import { DENSE, RECORD_KEYS, toRecord } from './payload.ts'
import { pointId } from './point-id.ts'

/** Whole records a request: some MB at most, so that reading one answer holds nobody up. */
const RECORDS_A_REQUEST = 200

/** The records of these ids that are there, ended ones too. */
export const readPoints = async (
  { call, physical }: CollectionCalls,
  ids: readonly string[],
  { vectors, signal }: CallOptions & { vectors: boolean },
): Promise<VectorRecord[]> => {
  const pace = createPacer(signal)
  const records: VectorRecord[] = []
  for (let i = 0; i < ids.length; i += RECORDS_A_REQUEST) {
    throwIfAborted(signal)
    const points = await call(
      (api, init) =>
        api.getPoints(
          {
            collection_name: physical,
            ids: ids.slice(i, i + RECORDS_A_REQUEST).map(pointId),
            with_payload: RECORD_KEYS,
            with_vector: vectors ? [DENSE] : false,
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
