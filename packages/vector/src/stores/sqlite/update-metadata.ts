import type { JsonObject } from '@rt/core'
import type { Transaction } from '@rt/node/sqlite'
import type { CheckedUpdate } from '../../driver-kit/check-changes.ts'
import { noCollection } from '../../driver-kit/check-collection.ts'
import { mergeMetadata } from '../../driver-kit/merge-metadata.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import { writeFields } from './fields/write-fields.ts'
import { onlyLive } from './live.ts'
import { runEach } from './run-each.ts'

const ROWS_A_MESSAGE = 250

interface StoredMetadata {
  record: number
  key: string
  metadata: string
}

/** Changes metadata, inside the transaction given; answers how many records there were. */
export const updateMetadata = async (
  tx: Transaction,
  { id, name }: { id: number; name: string },
  updates: CheckedUpdate[],
  now: number,
): Promise<number> => {
  const [row] = await tx.all<{ version: number }>('SELECT version FROM vector_collections WHERE id = ?', [id])
  if (!row) throw noCollection(name)
  const byKey = Map.groupBy(updates, ({ key }) => key)
  const keys = [...byKey.keys()]
  const version = row.version + 1
  const pace = createPacer()
  let count = 0
  let grown = 0
  for (let i = 0; i < keys.length; i += ROWS_A_MESSAGE) {
    const rows = await readMetadata(tx, id, keys.slice(i, i + ROWS_A_MESSAGE), now)
    const each: [string, number, number][] = []
    for (const { record, key, metadata } of rows) {
      const merged = byKey
        .get(key)!
        .reduce((old, update) => mergeMetadata(update, JSON.parse(old) as JsonObject), metadata)
      each.push([merged, version, record])
      grown += Buffer.byteLength(merged) - Buffer.byteLength(metadata)
      const pause = pace()
      if (pause) await pause
    }
    await runEach(tx, 'UPDATE vector_records SET metadata = ?, version = ? WHERE id = ?', each)
    const records = rows.map(({ record }) => record)
    await writeFields(tx, id, { removed: records, added: records })
    count += rows.length
  }
  if (count)
    await tx.run({
      sql: 'UPDATE vector_collections SET version = ?, bytes = bytes + ? WHERE id = ?',
      params: [version, grown, id],
    })
  return count
}

const readMetadata = (tx: Transaction, collection: number, keys: string[], now: number): Promise<StoredMetadata[]> => {
  const live = onlyLive(collection, now)
  return tx.all<StoredMetadata>(
    `SELECT r.id AS record, r.key, r.metadata FROM vector_records r
     WHERE r.collection = ? AND r.key IN (SELECT value FROM json_each(?))${live.sql}`,
    [collection, JSON.stringify(keys), ...live.params],
  )
}
