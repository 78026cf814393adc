import type { CollectionOptions, CollectionStamp } from '@rt/core'
import type { Database, Transaction } from '@rt/node/sqlite'
import { checkSameOptions, lacksStamp, noCollection } from '../../driver-kit/check-collection.ts'
import { type CollectionRow, optionsOf } from './collection-row.ts'
import { createTextTable } from './migrations.ts'

/** By name, else by alias. */
export const FIND_COLLECTION = `SELECT * FROM vector_collections WHERE id = coalesce(
  (SELECT id FROM vector_collections WHERE name = ?), (SELECT collection FROM vector_aliases WHERE alias = ?))`

/** The collection of that name or alias, which is made or stamped when it has to be. */
export const openCollection = async (
  database: Database,
  name: string,
  stamp: CollectionStamp | undefined,
  options: CollectionOptions,
): Promise<CollectionRow> => {
  const found = await database.get<CollectionRow>(FIND_COLLECTION, [name, name])
  if (found && !isUnfinished(found, stamp, options)) return found
  // Reading needs no stamp of its own, but it cannot make what is not there.
  if (database.readOnly && found) return found
  if (database.readOnly) throw noCollection(name)
  return database.transaction(async (tx) => {
    const row = (await find(tx, name)) ?? (await create(tx, name, options))
    if (isUnfinished(row, stamp, options) && stamp)
      await tx.run({
        sql: 'UPDATE vector_collections SET dimensions = ?, metric = ?, fingerprint = ? WHERE id = ?',
        params: [stamp.dimensions, stamp.metric, stamp.fingerprint, row.id],
      })
    return row
  })
}

/** @throws RtError `stamp_mismatch` */
const isUnfinished = (row: CollectionRow, stamp: CollectionStamp | undefined, options: CollectionOptions): boolean => {
  checkSameOptions(row.name, optionsOf(row), options)
  return stamp !== undefined && lacksStamp(row, stamp)
}

const find = async (tx: Transaction, name: string): Promise<CollectionRow | undefined> =>
  (await tx.all<CollectionRow>(FIND_COLLECTION, [name, name]))[0]

const create = async (tx: Transaction, name: string, options: CollectionOptions): Promise<CollectionRow> => {
  await tx.run({
    sql: 'INSERT INTO vector_collections (name, uuid, options) VALUES (?, lower(hex(randomblob(16))), ?)',
    params: [name, JSON.stringify(options)],
  })
  const row = (await find(tx, name))!
  await tx.run({ sql: createTextTable(row.id, optionsOf(row).tokenizer) })
  return row
}
