import type { JsonObject } from '@rt/core'
import type { Transaction } from '@rt/node/sqlite'
import { mergeMetadata } from '../../driver-kit/merge-metadata.ts'
import type { CheckedUpdate } from '../../driver-kit/check-changes.ts'
import type { FilterNode } from '../../filter/index.ts'
import { noCollection } from './collection-row.ts'
import { translateFilter } from './translate-filter.ts'

/** Changes metadata, inside the transaction given; answers how many records there were. */
export const updateMetadata = async (
  tx: Transaction,
  { id, name }: { id: number; name: string },
  updates: CheckedUpdate[],
): Promise<number> => {
  const version = await nextVersion(tx, { id, name })
  const rows = await tx.all<{ record: number; key: string; metadata: string }>(
    `SELECT id AS record, key, metadata FROM vector_records
     WHERE collection = ? AND key IN (SELECT value FROM json_each(?))`,
    [id, JSON.stringify(updates.map(({ key }) => key))],
  )
  if (!rows.length) return 0
  const metadata = new Map(rows.map((row) => [row.key, row.metadata]))
  for (const update of updates) {
    const old = metadata.get(update.key)
    if (old !== undefined) metadata.set(update.key, mergeMetadata(update, JSON.parse(old) as JsonObject))
  }
  await tx.run({
    sql: 'UPDATE vector_records SET metadata = ?, version = ? WHERE id = ?',
    each: rows.map(({ record, key }) => [metadata.get(key)!, version, record]),
  })
  await tx.run({ sql: 'UPDATE vector_collections SET version = ? WHERE id = ?', params: [version, id] })
  return rows.length
}

export const matchingKeys = async (tx: Transaction, { id }: { id: number }, filter: FilterNode): Promise<string[]> => {
  const condition = translateFilter(filter)
  const rows = await tx.all<{ key: string }>(
    `SELECT r.key FROM vector_records r WHERE r.collection = ?${condition.sql}`,
    [id, ...condition.params],
  )
  return rows.map(({ key }) => key)
}

const nextVersion = async (tx: Transaction, { id, name }: { id: number; name: string }): Promise<number> => {
  const [row] = await tx.all<{ version: number }>('SELECT version FROM vector_collections WHERE id = ?', [id])
  if (!row) throw noCollection(name)
  return row.version + 1
}
