import type { Transaction } from '@rt/node/sqlite'
import { textTable } from './migrations.ts'

/**
 * Brings the text index in step with `vector_records`, inside the transaction given.
 *
 * FTS5 leaves SQLite's last_insert_rowid at a number of its own beyond 2^53, at the latest when the commit writes out
 * what it holds back; node:sqlite then throws from the next `run` of anything that inserts no row, on this connection,
 * whoever calls it. So these statements go through `all` (which does not read that number), FTS5 is told to write out
 * now, and an insert elsewhere sets the number back.
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
  if (removed.length) await tx.all(`DELETE FROM ${table} WHERE rowid ${listed}`, [JSON.stringify(removed)])
  if (added.length)
    await tx.all(
      `INSERT INTO ${table} (rowid, text) SELECT id, text FROM vector_records WHERE id ${listed} AND text <> '' ORDER BY id`,
      [JSON.stringify(added)],
    )
  await tx.all(`INSERT INTO ${table} (${table}) VALUES ('flush')`)
  await tx.all('CREATE TEMP TABLE IF NOT EXISTS vector_rowid (id INTEGER PRIMARY KEY)')
  await tx.all('INSERT OR REPLACE INTO temp.vector_rowid VALUES (1)')
}
