import { disposeAll, RtError, type VectorCapabilities, type VectorCollection, type VectorStore } from '@rt/core'
import { type Database, openDatabase } from '@rt/node/sqlite'
import { checkAliases, checkName, checkOptions, checkStamp } from '../../driver-kit/check-collection.ts'
import { indexInfo } from './index-info.ts'
import { createSqliteCollection } from './collection.ts'
import { optionsOf } from './collection-row.ts'
import { listCollections } from './describe-collections.ts'
import { dropCollection } from './drop-collection.ts'
import { createMaintenance, type Maintenance } from './maintenance.ts'
import { migrations, NAMESPACE } from './migrations.ts'
import { openCollection } from './open-collection.ts'
import { renameCollection } from './rename-collection.ts'
import type { SqliteStoreOptions } from './options.ts'
import { createSearchThread, type SearchThread } from './search/search-thread.ts'
import { setAliases } from './set-aliases.ts'

const CAPABILITIES: VectorCapabilities = {
  metrics: ['cosine', 'dot', 'l2'],
  durability: 'power-loss',
  consistency: 'read-your-writes',
  atomicUpsert: true,
  keyword: 'bm25',
  tokenizers: ['porter', 'unicode61', 'trigram'],
  filteredSearch: 'exact',
  snapshot: true,
  rename: true,
}

/**
 * A vector store in one SQLite file: exact and approximate search, full text and both together.
 *
 * @throws RtError `database_newer` when a later version wrote the file; `database_corrupt`; `not_found` for a folder
 * that does not exist.
 */
export const createSqliteStore = async (options: SqliteStoreOptions): Promise<VectorStore> => {
  const { database: given, clock = Date.now } = options
  const database = given ?? (await openDatabase({ path: options.path }))
  const thread = createSearchThread({ path: database.path })
  const maintenance = createMaintenance(database, clock)
  const close = async (): Promise<void> => {
    await maintenance[Symbol.asyncDispose]()
    // Readers first: what closes the file last can bring its log into it.
    await disposeAll([thread, given ? undefined : database])
  }
  try {
    await database.migrate(NAMESPACE, migrations)
  } catch (error) {
    await close()
    throw error
  }
  return createStore({ database, thread, maintenance, clock, close })
}

interface Parts {
  database: Database
  thread: SearchThread
  maintenance: Maintenance
  clock: () => number
  close: () => Promise<void>
}

const createStore = ({ database, thread, maintenance, clock, close }: Parts): VectorStore => {
  /** By row number. */
  const open = new Map<number, VectorCollection>()
  let closed = false

  const refuseClosed = (): void => {
    if (closed)
      throw new RtError({ code: 'invalid_request', message: 'the vector store is closed.', hint: 'Open it again.' })
  }

  return {
    kind: 'sqlite',
    capabilities: CAPABILITIES,
    async collection(asked, stamp, options = {}) {
      refuseClosed()
      checkName(asked)
      if (stamp) checkStamp(stamp, CAPABILITIES)
      const row = await openCollection(database, asked, stamp, checkOptions(options, CAPABILITIES))
      const { id, name } = row
      maintenance.start()
      let collection = open.get(id)
      if (!collection) {
        const identity = { id, name, tokenizer: optionsOf(row).tokenizer }
        collection = createSqliteCollection(database, identity, thread, { clock, maintenance })
        open.set(id, collection)
      }
      return collection
    },
    async list() {
      refuseClosed()
      return listCollections(database, clock(), () => indexInfo('flat'))
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
    async alias(changes) {
      refuseClosed()
      const checked = checkAliases(changes)
      if (checked.length) await setAliases(database, checked)
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
