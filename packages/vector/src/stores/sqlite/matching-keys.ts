import type { Database, Transaction } from '@rt/node/sqlite'
import { noCollection } from '../../driver-kit/check-collection.ts'
import type { FilterNode } from '../../filter/index.ts'
import { readReadyFields } from './fields/ready-fields.ts'
import { withFields } from './fields/with-fields.ts'
import { onlyLive } from './live.ts'
import { translateFilter } from './translate-filter.ts'

/** Ids of the records that match, in order, beginning behind `after`. */
export const matchingKeys = async (
  database: Pick<Database, 'all'>,
  { id, name }: { id: number; name: string },
  filter: FilterNode | undefined,
  { after, limit, now }: { after: string; limit: number; now: number },
): Promise<string[]> => {
  const live = onlyLive(id, now)
  const rows = await withFields(database, id, filter, (condition) =>
    database.all<{ key: string | null }>(
      // One row without a key where the collection is empty, none where it is gone.
      `SELECT r.key FROM vector_collections c LEFT JOIN vector_records r
         ON r.collection = c.id AND r.key > ?${live.sql}${condition.sql}
       WHERE c.id = ? ORDER BY r.key LIMIT ?`,
      [after, ...live.params, ...condition.params, id, limit],
    ),
  )
  if (!rows.length) throw noCollection(name)
  return rows.flatMap(({ key }) => key ?? [])
}

/** Those of the ids whose records match. */
export const stillMatching = async (
  tx: Transaction,
  { id }: { id: number },
  filter: FilterNode,
  keys: string[],
  now: number,
): Promise<string[]> => {
  const live = onlyLive(id, now)
  const condition = translateFilter(filter, await readReadyFields(tx, id))
  const rows = await tx.all<{ key: string }>(
    `SELECT r.key FROM vector_records r
     WHERE r.collection = ? AND r.key IN (SELECT value FROM json_each(?))${live.sql}${condition.sql}`,
    [id, JSON.stringify(keys), ...live.params, ...condition.params],
  )
  return rows.map(({ key }) => key)
}
