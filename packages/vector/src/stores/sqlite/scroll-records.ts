import type { ScrollPage } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import type { CheckedScroll } from '../../driver-kit/check-changes.ts'
import { readCursor, writeCursor } from '../../driver-kit/id-cursor.ts'
import { getRecords } from './get-records.ts'
import { matchingKeys } from './matching-keys.ts'

/** One page, by id: the order of an index there is anyway, in which a page is found without reading those before it. */
export const scrollRecords = async (
  database: Database,
  identity: { id: number; name: string },
  { filter, limit, after, vectors, now, signal }: CheckedScroll & { now: number; signal?: AbortSignal | undefined },
): Promise<ScrollPage> => {
  const keys = await matchingKeys(database, identity, filter, {
    after: after === undefined ? '' : readCursor(after),
    limit,
    now,
  })
  const records = await getRecords(database, identity, keys, { signal, now, vectors })
  return { records, ...(keys.length === limit && { next: writeCursor(keys.at(-1)!) }) }
}
