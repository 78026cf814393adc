import { join } from 'node:path'
import { disposeAll, type VectorCapabilities, type VectorCollection, type VectorStore } from '@rt/core'
import { ensureFolder } from '@rt/node/files'
import { type Database, openDatabase } from '@rt/node/sqlite'
import type { Connection } from '@lancedb/lancedb'
import { checkAliases, checkName, checkOptions, checkStamp, storeClosed } from '../../driver-kit/check-collection.ts'
import {
  type Catalog,
  changeAliases,
  createCatalog,
  dropEntry,
  isUnstamped,
  openEntry,
  renameEntry,
} from './catalog.ts'
import { type CatalogRow, refuseForeignIndex } from './catalog-row.ts'
import { createLanceCollection } from './collection.ts'
import { createContext } from './collection-context.ts'
import { createDataset, type Dataset, datasetId, datasetName, openDataset } from './dataset.ts'
import { LIMITS, type Limits } from './limits.ts'
import { type Libraries, loadLancedb } from './load-lancedb.ts'
import { createMaintenance, type Maintenance } from './maintenance.ts'
import { migrations, NAMESPACE } from './migrations.ts'
import type { LancedbStoreOptions } from './options.ts'
import { snapshotStore } from './snapshot.ts'

const CAPABILITIES: VectorCapabilities = {
  metrics: ['cosine', 'dot', 'l2'],
  durability: 'process-crash',
  consistency: 'read-your-writes',
  atomicUpsert: true,
  keyword: 'bm25',
  tokenizers: ['porter', 'unicode61', 'trigram'],
  filteredSearch: 'graph',
  snapshot: true,
  rename: true,
}

/**
 * A vector store of LanceDB datasets in a folder, for more vectors than fit in memory. Needs the packages
 * @lancedb/lancedb and apache-arrow.
 *
 * @throws RtError `unsupported` when they are not installed; `database_newer` when a later version wrote the folder.
 */
export const createLancedbStore = (options: LancedbStoreOptions): Promise<VectorStore> => openLancedbStore(options)

/** With what tests need to know. */
interface WatchedStore extends VectorStore {
  /** Waits until nothing is left to do in the background. */
  idle(): Promise<void>
}

/** @param limits for tests. */
export const openLancedbStore = async (
  { path, clock = Date.now }: LancedbStoreOptions,
  limits: Partial<Limits> = {},
): Promise<WatchedStore> => {
  const libraries = await loadLancedb()
  await ensureFolder(path)
  const database = await openDatabase({ path: join(path, 'rt.db'), readers: 1 })
  try {
    await database.migrate(NAMESPACE, migrations)
    // 0: looks for what other processes wrote before each read.
    const connection = await libraries.lancedb.connect(path, { readConsistencyInterval: 0 })
    const catalog = createCatalog(database)
    await dropForgotten(connection, catalog)
    return createStore({ path, libraries, database, connection, catalog, clock, limits: { ...LIMITS, ...limits } })
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

interface Parts {
  path: string
  libraries: Libraries
  database: Database
  connection: Connection
  catalog: Catalog
  clock: () => number
  limits: Limits
}

interface OpenCollection {
  collection: VectorCollection
  maintenance: Maintenance
  dataset: Dataset
}

const createStore = ({ path, libraries, database, connection, catalog, clock, limits }: Parts): WatchedStore => {
  const open = new Map<number, OpenCollection>()
  let closed = false

  const refuseClosed = (): void => {
    if (closed) throw storeClosed()
  }

  const handle = ({ id, name }: CatalogRow): VectorCollection => {
    const found = open.get(id)
    if (found?.collection.name === name) return found.collection
    // Renamed, here or by another process: handles by the name before go on with the same dataset.
    const dataset = found?.dataset ?? openDataset(connection, id)
    const context = createContext({ id, name }, { libraries, catalog, dataset, clock })
    const maintenance = found?.maintenance ?? createMaintenance(context, limits)
    const collection = createLanceCollection(context, maintenance)
    open.set(id, { collection, maintenance, dataset })
    if (!found) maintenance.look()
    return collection
  }

  const forget = async (id: number): Promise<void> => {
    const found = open.get(id)
    open.delete(id)
    await found?.maintenance.stop()
    found?.dataset.close()
  }

  /** Of what the catalog has no more. When this does not come about, the next start does it. */
  const remove = async (id: number): Promise<void> => {
    await forget(id)
    await catalog.locked(() => connection.dropTable(datasetName(id)))
  }

  return {
    kind: 'lancedb',
    capabilities: CAPABILITIES,
    async collection(name, stamp, options = {}) {
      refuseClosed()
      checkName(name)
      if (stamp) checkStamp(stamp, CAPABILITIES)
      const checked = checkOptions(options, CAPABILITIES)
      refuseForeignIndex(checked)
      const found = await catalog.find(name)
      if (found && !isUnstamped(found, stamp, checked)) return handle(found)
      return handle(
        await catalog.locked((tx) =>
          openEntry(tx, { name, stamp, options: checked }, (row) => createDataset(connection, libraries, row)),
        ),
      )
    },
    async list() {
      refuseClosed()
      return Promise.all((await catalog.list()).map((row) => handle(row).describe()))
    },
    async drop(name) {
      refuseClosed()
      const id = await catalog.locked((tx) => dropEntry(tx, name))
      if (id === undefined) return false
      await remove(id)
      return true
    },
    async alias(changes) {
      refuseClosed()
      const checked = checkAliases(changes)
      if (checked.length) await catalog.locked((tx) => changeAliases(tx, checked))
    },
    async rename(name, to, { replace = false } = {}) {
      refuseClosed()
      checkName(to)
      const dropped = await catalog.locked((tx) => renameEntry(tx, { name, to, replace }))
      if (dropped !== undefined) await remove(dropped)
    },
    async snapshot(target, { signal } = {}) {
      refuseClosed()
      await snapshotStore({ path, database, catalog }, target, signal)
    },
    async idle() {
      for (const { maintenance } of open.values()) await maintenance.idle()
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await Promise.all([...open.keys()].map(forget))
      connection.close()
      await disposeAll([database])
    },
  }
}

/** Datasets of collections that were dropped, or whose making was not acknowledged, before a process ended. */
const dropForgotten = async (connection: Connection, catalog: Catalog): Promise<void> => {
  const forgotten = async (): Promise<string[]> => {
    const known = new Set((await catalog.list()).map(({ id }) => id))
    const names = await connection.tableNames()
    return names.filter((name) => {
      const id = datasetId(name)
      return id !== undefined && !known.has(id)
    })
  }
  if (!(await forgotten()).length) return
  await catalog.locked(async () => {
    for (const name of await forgotten()) await connection.dropTable(name)
  })
}
