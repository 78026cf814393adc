import type { Transaction } from '@rt/node/sqlite'
import { deleteRecords } from './write-records.ts'

/** Deletes some records that have ended, inside the transaction given; answers how many. */
export const sweep = async (
  tx: Transaction,
  collection: { id: number; name: string },
  now: number,
  limit: number,
): Promise<number> => {
  const rows = await tx.all<{ key: string }>(
    'SELECT key FROM vector_records WHERE collection = ? AND expires <= ? ORDER BY expires LIMIT ?',
    [collection.id, now, limit],
  )
  if (rows.length)
    await deleteRecords(
      tx,
      collection,
      rows.map(({ key }) => key),
      now,
    )
  return rows.length
}
