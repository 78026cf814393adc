import { type CollectionOptions, type CollectionStamp, RtError } from '@rt/core'
import { noCollection, refuseMismatch } from '../../driver-kit/check-collection.ts'
import { type CollectionRow, COLUMNS, findRow, optionsOf, stampOf } from './collection-row.ts'
import { type Layout, recordsTable } from './layout.ts'
import { lockStore } from './migrate.ts'
import type { Postgres, Sql } from './postgres.ts'
import { createRecordsTable, setDimensions } from './records-table.ts'

interface Given {
  stamp: CollectionStamp | undefined
  options: CollectionOptions | undefined
}

/** A collection by name or alias, which is made or stamped when it has to be. */
export const openCollection = async (
  postgres: Postgres,
  layout: Layout,
  name: string,
  given: Given,
): Promise<CollectionRow> => {
  const found = await postgres.session((sql) => findRow(sql, layout, name))
  if (found) refuseOther(found, given)
  if (found && (!given.stamp || stampOf(found))) return found
  return postgres.write(async (sql) => {
    await lockStore(sql, layout.schema)
    const present = await findRow(sql, layout, name)
    if (!present) return createCollection(sql, layout, name, given)
    refuseOther(present, given)
    return given.stamp && !stampOf(present) ? stampCollection(sql, layout, present, given.stamp) : present
  })
}

const refuseOther = (row: CollectionRow, given: Given): void => {
  const { dimensions, metric, fingerprint } = row
  const stamp: Partial<CollectionStamp> = {
    ...(dimensions !== null && { dimensions }),
    ...(metric !== null && { metric }),
    ...(fingerprint !== null && { fingerprint }),
  }
  refuseMismatch(row.name, { stamp, options: optionsOf(row) }, given)
}

const createCollection = async (
  sql: Sql,
  layout: Layout,
  name: string,
  { stamp, options = {} }: Given,
): Promise<CollectionRow> => {
  const { tokenizer = 'porter', ttl = null, index = 'auto', recall = 0.97 } = options
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
    if (row.name !== name)
      throw new RtError({
        code: 'invalid_request',
        message: `"${name}" is an alias of collection "${row.name}".`,
        hint: `Drop the collection by its own name, or remove the alias: alias({ ${JSON.stringify(name)}: null }).`,
      })
    await remove(sql, layout, row.id)
    return row.id
  })
}

const remove = async (sql: Sql, layout: Layout, id: number): Promise<void> => {
  await sql.all(`DROP TABLE ${recordsTable(layout, id)}`)
  await sql.all(`DELETE FROM ${layout.schema}.collections WHERE id = $1`, [id])
}

/** All of them in one transaction. */
export const changeAliases = (
  postgres: Postgres,
  layout: Layout,
  changes: { [alias: string]: string | null },
): Promise<void> =>
  postgres.write(async (sql) => {
    await lockStore(sql, layout.schema)
    for (const [alias, target] of Object.entries(changes)) {
      const taken = await findRow(sql, layout, alias)
      if (taken?.name === alias)
        throw new RtError({
          code: 'invalid_request',
          message: `"${alias}" is the name of a collection, so it cannot be an alias.`,
          hint: 'Choose another name for the alias, or rename the collection.',
        })
      await sql.all(`DELETE FROM ${layout.schema}.aliases WHERE name = $1`, [alias])
      if (target === null) continue
      const row = await findRow(sql, layout, target)
      if (!row) throw noCollection(target)
      await sql.all(`INSERT INTO ${layout.schema}.aliases (name, collection) VALUES ($1, $2)`, [alias, row.id])
    }
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
    if (taken && (taken.name !== to || !replace))
      throw new RtError({
        code: 'invalid_request',
        message: `"${to}" is taken by ${taken.name === to ? 'a collection' : `an alias of "${taken.name}"`}.`,
        hint:
          taken.name === to
            ? 'Choose another name, or say { replace: true } to drop it in the same moment.'
            : 'Choose another name, or remove the alias first.',
      })
    if (taken) {
      // Its aliases stay, and lead to what comes in its place.
      await sql.all(`UPDATE ${layout.schema}.aliases SET collection = $2 WHERE collection = $1`, [taken.id, row.id])
      await remove(sql, layout, taken.id)
    }
    await sql.all(`UPDATE ${layout.schema}.collections SET name = $2 WHERE id = $1`, [row.id, to])
    return taken ? [row.id, taken.id] : [row.id]
  })
