import {
  type CollectionInfo,
  type CollectionStamp,
  disposeAll,
  RtError,
  type VectorCollection,
  type VectorStore,
} from '@rt/core'
import { type Database, openDatabase } from '@rt/node/sqlite'
import { indexInfo } from './index-info.ts'
import { createSqliteCollection } from './collection.ts'
import {
  checkName,
  checkStamp,
  type CollectionRow,
  lacksStamp,
  METRICS,
  noCollection,
  stampOf,
} from './collection-row.ts'
import { createTextTable, migrations, NAMESPACE, textTable } from './migrations.ts'
import { renameCollection } from './rename-collection.ts'
import type { SqliteStoreOptions } from './options.ts'
import { createSearchThread, type SearchThread } from './search/search-thread.ts'

/**
 * A vector store in one SQLite file: exact and approximate search, full text and both together.
 *
 * @throws RtError `database_newer` when a later version wrote the file; `database_corrupt`; `not_found` for a folder
 * that does not exist.
 */
export const createSqliteStore = async (options: SqliteStoreOptions): Promise<VectorStore> => {
  const { database: given } = options
  const database = given ?? (await openDatabase({ path: options.path }))
  const thread = createSearchThread({ path: database.path })
  // Readers first: what closes the file last can bring its log into it.
  const close = (): Promise<void> => disposeAll([thread, given ? undefined : database])
  try {
    await database.migrate(NAMESPACE, migrations)
  } catch (error) {
    await close()
    throw error
  }
  return createStore(database, thread, close)
}

const createStore = (database: Database, thread: SearchThread, close: () => Promise<void>): VectorStore => {
  /** By row number. */
  const open = new Map<number, VectorCollection>()
  let closed = false

  const refuseClosed = (): void => {
    if (closed)
      throw new RtError({ code: 'invalid_request', message: 'the vector store is closed.', hint: 'Open it again.' })
  }

  return {
    kind: 'sqlite',
    capabilities: {
      metrics: METRICS,
      durability: 'power-loss',
      consistency: 'read-your-writes',
      atomicUpsert: true,
      keyword: 'bm25',
      tokenizers: ['porter'],
      filteredSearch: 'exact',
      snapshot: true,
      rename: true,
    },
    async collection(name, stamp) {
      refuseClosed()
      checkName(name)
      if (stamp) checkStamp(stamp)
      const id = await openCollection(database, name, stamp)
      let collection = open.get(id)
      if (!collection) open.set(id, (collection = createSqliteCollection(database, { id, name }, thread)))
      return collection
    },
    async list() {
      refuseClosed()
      const rows = await database.all<CollectionRow & { count: number }>(
        `SELECT c.*, (SELECT count(*) FROM vector_records WHERE collection = c.id) AS count
         FROM vector_collections c ORDER BY c.name`,
      )
      return rows.map((row) => toInfo(row, 'flat'))
    },
    async drop(name) {
      refuseClosed()
      const id = await dropCollection(database, name)
      if (id !== undefined) open.delete(id)
      return id !== undefined
    },
    async rename(name, to, { replace = false } = {}) {
      refuseClosed()
      checkName(to)
      for (const id of await renameCollection(database, { name, to, replace })) open.delete(id)
    },
    async alias() {
      throw new RtError({ code: 'unsupported', message: 'aliases are on their way.' })
    },
    async snapshot(path, options) {
      refuseClosed()
      await database.backup(path, options)
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      open.clear()
      await close()
    },
  }
}

const findCollection = 'SELECT * FROM vector_collections WHERE name = ?'

/** The number of a collection, which is made or stamped when it has to be. */
const openCollection = async (
  database: Database,
  name: string,
  stamp: CollectionStamp | undefined,
): Promise<number> => {
  const found = await database.get<CollectionRow>(findCollection, [name])
  const unfinished = !found || (stamp !== undefined && lacksStamp(found, stamp))
  if (!unfinished) return found.id
  // Reading needs no stamp of its own, but it cannot make what is not there.
  if (database.readOnly && found) return found.id
  if (database.readOnly) throw noCollection(name)
  return database.transaction(async (tx) => {
    const read = async (): Promise<CollectionRow | undefined> =>
      (await tx.all<CollectionRow>(findCollection, [name]))[0]
    const present = await read()
    if (!present) await tx.run({ sql: 'INSERT INTO vector_collections (name) VALUES (?)', params: [name] })
    const row = present ?? (await read())!
    if (!present) await tx.run({ sql: createTextTable(row.id) })
    if (stamp && lacksStamp(row, stamp))
      await tx.run({
        sql: 'UPDATE vector_collections SET dimensions = ?, metric = ?, fingerprint = ? WHERE id = ?',
        params: [stamp.dimensions, stamp.metric, stamp.fingerprint, row.id],
      })
    return row.id
  })
}

const dropCollection = (database: Database, name: string): Promise<number | undefined> =>
  database.transaction(async (tx) => {
    const [row] = await tx.all<CollectionRow>(findCollection, [name])
    if (!row) return undefined
    await tx.run({ sql: `DROP TABLE ${textTable(row.id)}` })
    await tx.run({ sql: 'DELETE FROM vector_collections WHERE id = ?', params: [row.id] })
    return row.id
  })

const toInfo = (row: CollectionRow & { count: number }, index: string): CollectionInfo => {
  const stamp = stampOf(row)
  return { name: row.name, count: row.count, ...(stamp && { stamp }), index: indexInfo(index) }
}
