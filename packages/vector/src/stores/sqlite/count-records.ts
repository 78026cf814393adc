import type { Database } from '@rt/node/sqlite'
import { noCollection } from '../../driver-kit/check-collection.ts'
import type { FilterNode } from '../../filter/index.ts'
import { withFields } from './fields/with-fields.ts'
import { onlyLive } from './live.ts'

/** Without a filter from the count that is kept. */
export const countRecords = async (
  database: Database,
  { id, name }: { id: number; name: string },
  filter: FilterNode | undefined,
  now: number,
): Promise<number> => {
  const live = onlyLive(id, now)
  const row = await withFields(database, id, filter, (condition) =>
    database.get<{ count: number }>(
      filter
        ? `SELECT (SELECT count(*) FROM vector_records r WHERE r.collection = c.id${live.sql}${condition.sql}) AS count
           FROM vector_collections c WHERE c.id = ?`
        : `SELECT records - (SELECT count(*) FROM vector_records WHERE collection = ? AND expires <= ?) AS count
           FROM vector_collections c WHERE c.id = ?`,
      [...live.params, ...condition.params, id],
    ),
  )
  if (!row) throw noCollection(name)
  return row.count
}
