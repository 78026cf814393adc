import type { Transaction } from '@rt/node/sqlite'
import { textTable } from './migrations.ts'

/**
 * Brings the text index in step with `vector_records`, inside the transaction given.
 *
 * @param removed records that were in the index; those updated too.
 * @param added records whose text, if any, goes in.
 */
export const indexText = async (
  tx: Transaction,
  collection: number,
  { removed, added }: { removed: number[]; added: number[] },
): Promise<void> => {
  const table = textTable(collection)
  const listed = 'IN (SELECT value FROM json_each(?))'
  if (removed.length)
    await tx.run({ sql: `DELETE FROM ${table} WHERE rowid ${listed}`, params: [JSON.stringify(removed)] })
  if (added.length)
    await tx.run({
      sql: `INSERT INTO ${table} (rowid, text) SELECT id, text FROM vector_records WHERE id ${listed} AND text <> '' ORDER BY id`,
      params: [JSON.stringify(added)],
    })
}
