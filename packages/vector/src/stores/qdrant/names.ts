import {
  aliasNotCollection,
  aliasOfAlias,
  isAlias,
  nameInUse,
  nameTaken,
  noCollection,
} from '../../driver-kit/check-collection.ts'
import { type Catalog, namingAlias } from './catalog.ts'
import { fetchCatalog, fetchCollection } from './client.ts'
import type { Connection } from './connection.ts'
import { physicalName } from './physical-name.ts'

type Action =
  | { create_alias: { collection_name: string; alias_name: string } }
  | { delete_alias: { alias_name: string } }

/** Points names at collections, in one request that Qdrant carries out whole. */
export const setAliases = async (
  connection: Connection,
  changes: readonly (readonly [string, string | null])[],
): Promise<void> => {
  const catalog = await fetchCatalog(connection)
  for (const [alias, target] of changes) {
    if (await isOurs(connection, catalog, alias)) throw nameTaken(alias)
    if (target === null || (await isOurs(connection, catalog, target))) continue
    throw catalog.aliases.has(target) ? aliasOfAlias(alias, target) : noCollection(target)
  }
  await switchAliases(
    connection,
    changes.flatMap(([alias, target]) =>
      point(catalog, alias, target === null ? undefined : catalog.collections.get(target)!),
    ),
  )
}

/**
 * Another name for a collection. What has that name goes, with `replace`, and its aliases point at the other then.
 *
 * @returns the physical names of what is gone.
 */
export const renameCollection = async (
  connection: Connection,
  { name, to, replace }: { name: string; to: string; replace: boolean },
): Promise<string[]> => {
  const catalog = await fetchCatalog(connection)
  const physical = catalog.collections.get(name)
  if (physical === undefined || !(await isOurs(connection, catalog, name))) throw noCollection(name)
  if (name === to) return []
  const alias = catalog.aliases.get(to)
  if (alias !== undefined) throw isAlias(to, nameOf(catalog, alias))
  const replaced = catalog.collections.get(to)
  if (replaced !== undefined && !replace) throw nameInUse(to)
  const own = catalog.naming.get(name)
  const other = catalog.naming.get(to)
  const isPlain = physicalName(to) === physical
  await switchAliases(connection, [
    ...(own === undefined ? [] : [{ delete_alias: { alias_name: own } }]),
    ...(other === undefined ? [] : [{ delete_alias: { alias_name: other } }]),
    ...(isPlain ? [] : [{ create_alias: { collection_name: physical, alias_name: namingAlias(to) } }]),
    ...[...catalog.aliases].flatMap(([from, target]) => (target === replaced ? point(catalog, from, physical) : [])),
  ])
  if (replaced === undefined) return []
  await erase(connection, replaced)
  return [replaced]
}

/** @returns the physical names of what is gone: none when there is no collection of that name. */
export const dropCollection = async (connection: Connection, name: string): Promise<string[]> => {
  const catalog = await fetchCatalog(connection)
  const alias = catalog.aliases.get(name)
  if (alias !== undefined) throw aliasNotCollection(name, nameOf(catalog, alias))
  const physical = catalog.collections.get(name)
  if (physical === undefined || !(await isOurs(connection, catalog, name))) return []
  // First what it took the name from: left alone, that would have it again.
  const shadowed = catalog.shadowed.get(name)
  if (shadowed !== undefined) await erase(connection, shadowed)
  await switchAliases(
    connection,
    [...catalog.aliases]
      .filter(([, target]) => target === physical)
      .map(([from]) => ({ delete_alias: { alias_name: physicalName(from) } })),
  )
  await erase(connection, physical)
  return shadowed === undefined ? [physical] : [physical, shadowed]
}

const erase = (connection: Connection, physical: string): Promise<unknown> =>
  connection.call((api, init) => api.deleteCollection({ collection_name: physical }, init))

const isOurs = async (connection: Connection, catalog: Catalog, name: string): Promise<boolean> => {
  const physical = catalog.collections.get(name)
  return physical !== undefined && (await fetchCollection(connection, physical, name)) !== undefined
}

const nameOf = (catalog: Catalog, physical: string): string =>
  [...catalog.collections].find(([, target]) => target === physical)?.[0] ?? physical

/** Undefined takes it away. One that is there is deleted first: Qdrant then makes it anew in the same step. */
const point = (catalog: Catalog, alias: string, physical: string | undefined): Action[] => {
  const alias_name = physicalName(alias)
  return [
    ...(catalog.aliases.has(alias) ? [{ delete_alias: { alias_name } }] : []),
    ...(physical === undefined ? [] : [{ create_alias: { collection_name: physical, alias_name } }]),
  ]
}

const switchAliases = async (connection: Connection, actions: Action[]): Promise<void> => {
  if (actions.length) await connection.call((api, init) => api.updateAliases({ actions }, init))
}
