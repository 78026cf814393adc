import type { Table } from '@lancedb/lancedb'
import { isConflict } from './lance-error.ts'
import type { Libraries } from './load-lancedb.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { idIsOneOf } from './sql-text.ts'
import { type StoredRow, toArrow } from './to-arrow.ts'
import { readAll, verified } from './verified.ts'

/** Inserts or replaces rows by id, in one commit. The caller holds the lock; writers that are not rt may still interfere. */
export const writeRows = async (
  { arrow }: Libraries,
  table: Table,
  rows: StoredRow[],
  dimensions: number | undefined,
): Promise<void> => {
  const data = await toArrow(arrow, rows, dimensions)
  // A large write is several files, in order.
  const ends = [...new Set([rows[0]!.id, rows.at(-1)!.id])]
  await verified(
    table,
    () =>
      retryConflicts(
        () => table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(data),
        isConflict,
      ),
    () => table.query().where(idIsOneOf(ends)).toArrow(),
  )
}

/** Deletes what matches, in one commit; answers how many there were. */
export const deleteRows = async (table: Table, condition: string): Promise<number> => {
  const { numDeletedRows } = await verified(
    table,
    () => retryConflicts(() => table.delete(condition), isConflict),
    () => readAll(table),
  )
  return numDeletedRows
}
