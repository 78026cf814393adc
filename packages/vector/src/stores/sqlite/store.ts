import { statSync } from 'node:fs'
import { disposeAll, type VectorCapabilities, type VectorCollection, type VectorStore } from '@rt/core'
import { type Database, openDatabase } from '@rt/node/sqlite'
import { checkAliases, checkName, checkOptions, checkStamp, storeClosed } from '../../driver-kit/check-collection.ts'
import { describeIndex } from './describe-index.ts'
import { createSqliteCollection } from './collection.ts'
import { listCollections } from './describe-collections.ts'
import { dropCollection } from './drop-collection.ts'
import { createMaintenance, type Maintenance } from './maintenance.ts'
import { migrations, NAMESPACE } from './migrations.ts'
import { openCollection } from './open-collection.ts'
import { renameCollection } from './rename-collection.ts'
import type { SqliteStoreOptions } from './options.ts'
import { createSearchThread, type SearchThread } from './search/search-thread.ts'
import { DEFAULT_TUNING, type SearchTuning } from './search/tuning.ts'
import { sweepIndexFiles } from './sweep-index-files.ts'
import { setAliases } from './set-aliases.ts'

const CAPABILITIES: VectorCapabilities = {
  metrics: ['cosine', 'dot', 'l2'],
  durability: 'power-loss',
  consistency: 'read-your-writes',
  atomicUpsert: true,
  keyword: 'bm25',
  tokenizers: ['porter', 'unicode61', 'trigram'],
  filteredSearch: 'over-fetch',
  snapshot: true,
  rename: true,
}

/**
 * A vector store in one SQLite file: exact and approximate search, full text and both together.
 *
 * @throws RtError `database_newer` when a later version wrote the file; `database_corrupt`; `not_found` for a folder
 * that does not exist.
 */
export const createSqliteStore = (options: SqliteStoreOptions): Promise<VectorStore> =>
  openSqliteStore(options, DEFAULT_TUNING)

/** With numbers of its own: for tests. */
export const openSqliteStore = async (options: SqliteStoreOptions, tuning: SearchTuning): Promise<VectorStore> => {
  const { database: given, clock = Date.now } = options
  const path = given ? given.path : options.path
  const thread = createSearchThread({ path, readOnly: given?.readOnly ?? false }, tuning)
  // Who opens a file with something in it will search it; the thread starts while the database is being opened.
  if (isWritten(path)) thread.start()
  const database = given ?? (await openDatabase({ path: options.path }).catch((error) => closeAfter(thread, error)))
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

const isWritten = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0

const closeAfter = async (thread: SearchThread, error: unknown): Promise<never> => {
  await thread[Symbol.asyncDispose]()
  throw error
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

  const forget = async (gone: number[]): Promise<void> => {
    for (const id of gone) {
      open.delete(id)
      thread.forget(id)
    }
    if (gone.length) await sweepIndexFiles(database, thread.folder)
  }
  const refuseClosed = (): void => {
    if (closed) throw storeClosed()
  }

  return {
    kind: 'sqlite',
    capabilities: CAPABILITIES,
    async collection(asked, stamp, options = {}) {
      refuseClosed()
      checkName(asked)
      if (stamp) checkStamp(stamp, CAPABILITIES)
      const { id, name } = await openCollection(database, asked, stamp, checkOptions(options, CAPABILITIES))
      maintenance.start()
      let collection = open.get(id)
      if (!collection) {
        collection = createSqliteCollection(database, { id, name }, thread, { clock, maintenance })
        open.set(id, collection)
      }
      return collection
    },
    async list() {
      refuseClosed()
      return listCollections(database, clock(), ({ id, name }) => describeIndex(thread, { id, name }))
    },
    async drop(name) {
      refuseClosed()
      const id = await dropCollection(database, name)
      if (id !== undefined) await forget([id])
      return id !== undefined
    },
    async rename(name, to, { replace = false } = {}) {
      refuseClosed()
      checkName(to)
      await forget(await renameCollection(database, { name, to, replace }))
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
