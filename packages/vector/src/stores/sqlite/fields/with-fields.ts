import type { Database } from '@rt/node/sqlite'
import type { FilterNode } from '../../../filter/index.ts'
import { type SqlCondition, translateFilter } from '../translate-filter.ts'
import { readReadyFields } from './ready-fields.ts'

/** How often a read starts over because an index it used was given up meanwhile; then it does without. */
const ATTEMPTS = 3

/**
 * Reads by a filter, through the indexes of its fields. Not one transaction, so it is asked afterwards whether they were
 * whole all the time: a number is never given twice, and none becomes ready again.
 */
export const withFields = async <T>(
  database: Pick<Database, 'all'>,
  collection: number,
  filter: FilterNode | undefined,
  read: (condition: SqlCondition) => Promise<T>,
): Promise<T> => {
  if (!filter) return read(translateFilter(filter))
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const fields = await readReadyFields(database, collection)
    const value = await read(translateFilter(filter, fields))
    if (!fields.size) return value
    const now = new Set((await readReadyFields(database, collection)).values())
    if ([...fields.values()].every((id) => now.has(id))) return value
  }
  return read(translateFilter(filter))
}
