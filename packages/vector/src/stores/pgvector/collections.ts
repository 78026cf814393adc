import { type CollectionOptions, type CollectionStamp, RtError } from '@rt/core'
import {
  aliasNotCollection,
  aliasOfAlias,
  checkSameOptions,
  DEFAULT_OPTIONS,
  isAlias,
  lacksStamp,
  nameInUse,
  nameTaken,
  noCollection,
} from '../../driver-kit/check-collection.ts'
import { type CollectionRow, COLUMNS, findRow, MAX_DIMENSIONS, optionsOf } from './collection-row.ts'
import { type Layout, recordsTable } from './layout.ts'
import { lockStore } from './migrate.ts'
import type { Postgres, Sql } from './postgres.ts'
import { createRecordsTable, setDimensions } from './records-table.ts'

interface Given {
  stamp: CollectionStamp | undefined
  options: CollectionOptions
}

/** A collection by name or alias, which is made or stamped when it has to be. */
export const openCollection = async (
  postgres: Postgres,
  layout: Layout,
  name: string,
  given: Given,
): Promise<CollectionRow> => {
  const found = await postgres.session((sql) => findRow(sql, layout, name))
  if (found && !isUnfinished(found, given)) return found
  if (!found) refuseImpossible(given)
  return postgres.write(async (sql) => {
    await lockStore(sql, layout.schema)
    const present = await findRow(sql, layout, name)
    if (!present) return createCollection(sql, layout, name, given)
    return isUnfinished(present, given) ? stampCollection(sql, layout, present, given.stamp!) : present
  })
}

/** @throws RtError `stamp_mismatch` */
const isUnfinished = (row: CollectionRow, { stamp, options }: Given): boolean => {
  checkSameOptions(row.name, optionsOf(row), options)
  return stamp !== undefined && lacksStamp(row, stamp)
}

const refuseImpossible = ({ stamp, options: { index } }: Given): void => {
  if (stamp && stamp.dimensions > MAX_DIMENSIONS)
    throw new RtError({
      code: 'unsupported',
      message: `pgvector takes vectors of up to ${MAX_DIMENSIONS} dimensions, these have ${stamp.dimensions}.`,
    })
  if (index === 'usearch')
    throw new RtError({
      code: 'unsupported',
      message: 'Postgres has no index usearch.',
      hint: 'Its graph is hnsw; auto builds it when it is worth it.',
    })
}

const createCollection = async (
  sql: Sql,
  layout: Layout,
  name: string,
  { stamp, options }: Given,
): Promise<CollectionRow> => {
  const { tokenizer, index, recall, ttl = null } = { ...DEFAULT_OPTIONS, ...options }
  const [row] = await sql.all<CollectionRow>(
    `INSERT INTO ${layout.schema}.collections AS c (name, dimensions, metric, fingerprint, tokenizer, ttl, index, target)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
    [name, stamp?.dimensions ?? null, stamp?.metric ?? null, stamp?.fingerprint ?? null, tokenizer, ttl, index, recall],
  )
  await createRecordsTable(sql, layout, row!)
  return row!
}

const stampCollection = async (
  sql: Sql,
  layout: Layout,
  row: CollectionRow,
  stamp: CollectionStamp,
): Promise<CollectionRow> => {
  if (row.dimensions === null) await setDimensions(sql, layout, row.id, stamp.dimensions)
  const { dimensions, metric, fingerprint } = stamp
  await sql.all(
    `UPDATE ${layout.schema}.collections SET dimensions = $2, metric = $3, fingerprint = $4 WHERE id = $1`,
    [row.id, dimensions, metric, fingerprint],
  )
  return { ...row, dimensions, metric, fingerprint }
}

/**
 * @param stop what works on the table in the background, before it goes.
 * @returns its number, undefined when there was none.
 */
export const dropCollection = async (
  postgres: Postgres,
  layout: Layout,
  name: string,
  stop: (ids: number[]) => Promise<void>,
): Promise<number | undefined> => {
  const named = await postgres.session((sql) => findRow(sql, layout, name))
  if (named?.name === name) await stop([named.id])
  return postgres.write(async (sql) => {
    await lockStore(sql, layout.schema)
    const row = await findRow(sql, layout, name)
    if (!row) return undefined
    if (row.name !== name) throw aliasNotCollection(name, row.name)
    await remove(sql, layout, row.id)
    return row.id
  })
}

const remove = async (sql: Sql, layout: Layout, id: number): Promise<void> => {
  await sql.all(`DROP TABLE ${recordsTable(layout, id)}`)
  await sql.all(`DELETE FROM ${layout.schema}.collections WHERE id = $1`, [id])
}

/** All of them in one transaction. */
export const setAliases = (
  postgres: Postgres,
  layout: Layout,
  changes: readonly (readonly [string, string | null])[],
): Promise<void> =>
  postgres.write(async (sql) => {
    await lockStore(sql, layout.schema)
    const targets = new Map<string, number>()
    for (const [alias, target] of changes) {
      if ((await findRow(sql, layout, alias))?.name === alias) throw nameTaken(alias)
      const row = target === null ? undefined : await findRow(sql, layout, target)
      if (target !== null && !row) throw noCollection(target)
      if (row && row.name !== target) throw aliasOfAlias(alias, target!)
      if (row) targets.set(alias, row.id)
    }
    const { schema } = layout
    await sql.all(`DELETE FROM ${schema}.aliases WHERE name = ANY ($1::text[])`, [changes.map(([alias]) => alias)])
    for (const [alias, id] of targets)
      await sql.all(`INSERT INTO ${schema}.aliases (name, collection) VALUES ($1, $2)`, [alias, id])
  })

/** @returns the numbers of the collections whose open handles are no longer right. */
export const renameCollection = (
  postgres: Postgres,
  layout: Layout,
  { name, to, replace }: { name: string; to: string; replace: boolean },
): Promise<number[]> =>
  postgres.write(async (sql) => {
    await lockStore(sql, layout.schema)
    const [row, taken] = [await findRow(sql, layout, name), await findRow(sql, layout, to)]
    if (row?.name !== name) throw noCollection(name)
    if (to === name) return []
    if (taken && taken.name !== to) throw isAlias(to, taken.name)
    if (taken && !replace) throw nameInUse(to)
    if (taken) {
      // Its aliases stay, and lead to what comes in its place.
      await sql.all(`UPDATE ${layout.schema}.aliases SET collection = $2 WHERE collection = $1`, [taken.id, row.id])
      await remove(sql, layout, taken.id)
    }
    await sql.all(`UPDATE ${layout.schema}.collections SET name = $2 WHERE id = $1`, [row.id, to])
    return taken ? [row.id, taken.id] : [row.id]
  })
