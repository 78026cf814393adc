import { type CollectionOptions, type CollectionStamp, RtError } from '@rt/core'
import type { Database, Transaction } from '@rt/node/sqlite'
import {
  aliasNotCollection,
  aliasOfAlias,
  checkSameOptions,
  isAlias,
  lacksStamp,
  nameInUse,
  nameTaken,
  noCollection,
} from '../../driver-kit/check-collection.ts'
import { type CatalogRow, type GraphState, optionsOf } from './catalog-row.ts'
import { retryConflicts } from './retry-conflicts.ts'

/** Names, stamps, options and aliases of the collections, and the lock of all that write to them. */
export interface Catalog {
  /** @throws RtError `not_found` */
  read(collection: { id: number; name: string }): Promise<CatalogRow>
  /** By name, else by alias. */
  find(name: string): Promise<CatalogRow | undefined>
  list(): Promise<CatalogRow[]>
  aliases(id: number): Promise<string[]>
  /**
   * One writer at a time, across processes too: LanceDB merges what two write at once, and of a new id that both insert
   * it keeps two records. The lock is a SQLite transaction, which ends with its process, however that ends.
   */
  locked<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

const SELECT = 'SELECT * FROM lancedb_collections'
const FIND = `${SELECT} WHERE id = coalesce(
  (SELECT id FROM lancedb_collections WHERE name = ?), (SELECT collection FROM lancedb_aliases WHERE alias = ?))`

export const createCatalog = (database: Database): Catalog => ({
  async read({ id, name }) {
    const row = await database.get<CatalogRow>(`${SELECT} WHERE id = ?`, [id])
    if (!row) throw noCollection(name)
    return row
  },
  find: (name) => database.get<CatalogRow>(FIND, [name, name]),
  list: () => database.all<CatalogRow>(`${SELECT} ORDER BY name`),
  async aliases(id) {
    const rows = await database.all<{ alias: string }>(
      'SELECT alias FROM lancedb_aliases WHERE collection = ? ORDER BY alias',
      [id],
    )
    return rows.map(({ alias }) => alias)
  },
  locked: (work) => {
    let entered = false
    return retryConflicts(
      () =>
        database.transaction((tx) => {
          entered = true
          return work(tx)
        }),
      // Another process holds the lock for longer than SQLite waits by itself.
      (error) => !entered && RtError.isInstance(error) && error.code === 'database_error' && error.retryable,
    )
  },
})

export const readById = async (tx: Transaction, { id, name }: { id: number; name: string }): Promise<CatalogRow> => {
  const [row] = await tx.all<CatalogRow>(`${SELECT} WHERE id = ?`, [id])
  if (!row) throw noCollection(name)
  return row
}

const findByName = async (tx: Transaction, name: string): Promise<CatalogRow | undefined> =>
  (await tx.all<CatalogRow>(FIND, [name, name]))[0]

/**
 * Whether the collection has still to take over the stamp.
 *
 * @throws RtError `stamp_mismatch` when it was made with another one, or with other options.
 */
export const isUnstamped = (
  row: CatalogRow,
  stamp: CollectionStamp | undefined,
  options: CollectionOptions,
): boolean => {
  checkSameOptions(row.name, optionsOf(row), options)
  return stamp !== undefined && lacksStamp(row, stamp)
}

/**
 * The collection of that name or alias; made, or stamped, when it has to be.
 *
 * @param make makes what lies behind a new one.
 */
export const openEntry = async (
  tx: Transaction,
  { name, stamp, options }: { name: string; stamp: CollectionStamp | undefined; options: CollectionOptions },
  make: (row: CatalogRow) => Promise<void>,
): Promise<CatalogRow> => {
  const shape = [stamp?.dimensions ?? null, stamp?.metric ?? null, stamp?.fingerprint ?? null]
  const found = await findByName(tx, name)
  if (!found) {
    await tx.run({
      sql: 'INSERT INTO lancedb_collections (name, options, dimensions, metric, fingerprint) VALUES (?, ?, ?, ?, ?)',
      params: [name, JSON.stringify(options), ...shape],
    })
    const row = (await findByName(tx, name))!
    await make(row)
    return row
  }
  if (isUnstamped(found, stamp, options))
    await tx.run({
      sql: 'UPDATE lancedb_collections SET dimensions = ?, metric = ?, fingerprint = ? WHERE id = ?',
      params: [...shape, found.id],
    })
  return found
}

/** The number it had; undefined when there was none. Its aliases go along. */
export const dropEntry = async (tx: Transaction, name: string): Promise<number | undefined> => {
  const row = await findByName(tx, name)
  if (!row) return undefined
  if (row.name !== name) throw aliasNotCollection(name, row.name)
  await tx.run({ sql: 'DELETE FROM lancedb_collections WHERE id = ?', params: [row.id] })
  return row.id
}

export const changeAliases = async (
  tx: Transaction,
  changes: readonly (readonly [alias: string, name: string | null])[],
): Promise<void> => {
  for (const [alias, name] of changes) {
    if ((await findByName(tx, alias))?.name === alias) throw nameTaken(alias)
    if (name === null) {
      await tx.run({ sql: 'DELETE FROM lancedb_aliases WHERE alias = ?', params: [alias] })
      continue
    }
    const target = await findByName(tx, name)
    if (!target) throw noCollection(name)
    if (target.name !== name) throw aliasOfAlias(alias, name)
    await tx.run({
      sql: `INSERT INTO lancedb_aliases (alias, collection) VALUES (?, ?)
            ON CONFLICT (alias) DO UPDATE SET collection = excluded.collection`,
      params: [alias, target.id],
    })
  }
}

/** The number of the collection that was dropped for it. */
export const renameEntry = async (
  tx: Transaction,
  { name, to, replace }: { name: string; to: string; replace: boolean },
): Promise<number | undefined> => {
  const [row, taken] = [await findByName(tx, name), await findByName(tx, to)]
  if (row?.name !== name) throw noCollection(name)
  if (taken && taken.name !== to) throw isAlias(to, taken.name)
  if (row.id === taken?.id) return undefined
  if (taken && !replace) throw nameInUse(to)
  if (taken) {
    await tx.run({ sql: 'UPDATE lancedb_aliases SET collection = ? WHERE collection = ?', params: [row.id, taken.id] })
    await tx.run({ sql: 'DELETE FROM lancedb_collections WHERE id = ?', params: [taken.id] })
  }
  await tx.run({ sql: 'UPDATE lancedb_collections SET name = ? WHERE id = ?', params: [to, row.id] })
  return taken?.id
}

/** Fixes the dimensions with the first vector. */
export const fixDimensions = async (tx: Transaction, id: number, dimensions: number): Promise<void> => {
  await tx.run({
    sql: `UPDATE lancedb_collections SET dimensions = coalesce(dimensions, ?), metric = coalesce(metric, 'cosine') WHERE id = ?`,
    params: [dimensions, id],
  })
}

export const markExpiring = async (tx: Transaction, id: number): Promise<void> => {
  await tx.run({ sql: 'UPDATE lancedb_collections SET expiring = 1 WHERE id = ?', params: [id] })
}

export const saveGraph = async (tx: Transaction, id: number, graph: GraphState | undefined): Promise<void> => {
  await tx.run({
    sql: 'UPDATE lancedb_collections SET graph = ? WHERE id = ?',
    params: [graph ? JSON.stringify(graph) : null, id],
  })
}
