import type { CollectionInfo, IndexInfo } from '@rt/core'
import { stampOf } from '../../driver-kit/check-collection.ts'
import { createBindings } from './bindings.ts'
import { type CollectionRow, optionsOf } from './collection-row.ts'
import { type Layout, quoteText, recordsTable } from './layout.ts'
import { liveRecords } from './live.ts'
import type { Sql } from './postgres.ts'

/** Tables one statement counts. */
const TABLES_A_STATEMENT = 50

interface CountRow {
  id: number
  count: number
  vectors: number
  bytes: number
}

/** Counted now, record by record. */
export const describeCollections = async (
  sql: Sql,
  layout: Layout,
  rows: CollectionRow[],
  {
    now,
    indexOf,
    fieldsOf,
  }: {
    now: number
    indexOf: (row: CollectionRow) => Promise<IndexInfo>
    fieldsOf: (row: CollectionRow) => Promise<string[]>
  },
): Promise<CollectionInfo[]> => {
  const infos: CollectionInfo[] = []
  for (let i = 0; i < rows.length; i += TABLES_A_STATEMENT) {
    const some = rows.slice(i, i + TABLES_A_STATEMENT)
    const counts = await countTables(sql, layout, some, now)
    const aliases = await readAliases(sql, layout, some)
    for (const row of some) {
      const { count, vectors, bytes } = counts.get(row.id)!
      const stamp = stampOf(row)
      infos.push({
        name: row.name,
        count,
        vectors,
        bytes,
        ...(stamp && { stamp }),
        options: optionsOf(row),
        index: await indexOf(row),
        aliases: aliases.get(row.id) ?? [],
        fields: await fieldsOf(row),
      })
    }
  }
  return infos
}

const countTables = async (
  sql: Sql,
  layout: Layout,
  rows: CollectionRow[],
  now: number,
): Promise<Map<number, CountRow>> => {
  const bindings = createBindings()
  const parts = rows.map(({ id }) => {
    const table = recordsTable(layout, id)
    return `SELECT ${Math.trunc(id)} AS id, count(*)::float8 AS count, count(r.vector)::float8 AS vectors,
      pg_total_relation_size(${quoteText(table)}::regclass)::float8 AS bytes
      FROM ${table} r WHERE ${liveRecords(undefined, { layout, now }, bindings)}`
  })
  const counts = await sql.all<CountRow>(parts.join(' UNION ALL '), bindings.values)
  return new Map(counts.map((count) => [count.id, count]))
}

const readAliases = async (sql: Sql, { schema }: Layout, rows: CollectionRow[]): Promise<Map<number, string[]>> => {
  const found = await sql.all<{ collection: number; name: string }>(
    `SELECT collection, name FROM ${schema}.aliases WHERE collection = ANY ($1::int[]) ORDER BY name`,
    [rows.map(({ id }) => id)],
  )
  const aliases = new Map<number, string[]>()
  for (const { collection, name } of found) aliases.set(collection, [...(aliases.get(collection) ?? []), name])
  return aliases
}
