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
  if (removed.length) {
    // Deleting from FTS5 leaves SQLite's last_insert_rowid at a number of its own beyond 2^53, and node:sqlite then
    // throws from each `run` on this connection that inserts nothing, whoever calls it. `all` does not read that
    // number, and an insert elsewhere sets it back.
    await tx.all(`DELETE FROM ${table} WHERE rowid ${listed}`, [JSON.stringify(removed)])
    await tx.all('CREATE TEMP TABLE IF NOT EXISTS vector_rowid (id INTEGER PRIMARY KEY)')
    await tx.all('INSERT OR REPLACE INTO temp.vector_rowid VALUES (1)')
  }
  if (added.length)
    await tx.all(
      `INSERT INTO ${table} (rowid, text) SELECT id, text FROM vector_records WHERE id ${listed} AND text <> '' ORDER BY id`,
      [JSON.stringify(added)],
    )
}
