import type { Database } from '@rt/node/sqlite'
import { aliasNotCollection } from '../../driver-kit/check-collection.ts'
import { type CollectionRow } from './collection-row.ts'
import { FIND_COLLECTION } from './open-collection.ts'
import { textTable } from './migrations.ts'

/** Answers the number of the collection that is gone, with its aliases. */
export const dropCollection = (database: Database, name: string): Promise<number | undefined> =>
  database.transaction(async (tx) => {
    const [row] = await tx.all<CollectionRow>(FIND_COLLECTION, [name, name])
    if (!row) return undefined
    if (row.name !== name) throw aliasNotCollection(name, row.name)
    await tx.run({ sql: `DROP TABLE ${textTable(row.id)}` })
    await tx.run({ sql: 'DELETE FROM vector_collections WHERE id = ?', params: [row.id] })
    return row.id
  })
