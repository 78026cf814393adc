import type { SqlCondition } from './translate-filter.ts'

/**
 * Leaves out records that have ended and wait to be swept. Asked of a small index of its own, because `expires` lies
 * behind the texts in a row, and reading it would read them.
 *
 * @param id the column that holds the number of a record.
 */
export const onlyLive = (collection: number, now: number, id = 'r.id'): SqlCondition => ({
  sql: ` AND ${id} NOT IN (SELECT id FROM vector_records WHERE collection = ? AND expires <= ?)`,
  params: [collection, now],
})
