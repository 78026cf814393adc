import { type FieldPath, type FilterNode, formatPath } from '../../filter/index.ts'
import { encodeText } from './encode-text.ts'
import { fieldExpression, type FieldKind, fieldKey, type IndexedFields } from './field-expression.ts'
import { createFieldUses, type Field } from './field-uses.ts'
import { BELIEVED_MS } from './graph.ts'
import { type Layout, quoteText, recordsTable } from './layout.ts'
import { lockName } from './migrate.ts'
import type { Postgres, Sql } from './postgres.ts'

/** Reading the metadata of so many records takes some ten milliseconds: below, an index is not worth its keep. */
const MIN_RECORDS = 10_000
/** Of one collection. Each is written along with every record. */
const MAX_FIELDS = 16

/** Indexes of metadata fields that filters ask for ranges of. Equality has one for all fields. */
export interface Fields {
  /** Those that are ready. */
  indexed(sql: Sql): Promise<IndexedFields>
  /** A filter that was used: what is asked for often gets an index, in the background. */
  note(filter: FilterNode): void
  /** Paths, as filters write them. */
  describe(sql: Sql): Promise<string[]>
  close(): Promise<void>
}

interface FieldRow {
  id: number
  kind: FieldKind
  path: string
  ready: boolean | null
}

export const createFields = (postgres: Postgres, layout: Layout, id: number): Fields => {
  const closing = new AbortController()
  const uses = createFieldUses()
  const { schema } = layout
  let known: { fields: IndexedFields; at: number } | undefined
  let building: Promise<void> | undefined

  const read = (sql: Sql): Promise<FieldRow[]> =>
    sql.all<FieldRow>(
      `SELECT f.id, f.kind, f.path, i.indisvalid AND i.indisready AS ready FROM ${schema}.fields f
       LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = to_regclass(${quoteText(`${schema}.field_`)} || f.id)
       WHERE f.collection = $1 ORDER BY f.id`,
      [id],
    )

  const build = (hot: Field[]): Promise<void> =>
    postgres.session(
      async (sql) => {
        const lock = [lockName(schema), id]
        const [taken] = await sql.all<{ taken: boolean }>(
          'SELECT pg_try_advisory_lock(hashtext($1), $2) AS taken',
          lock,
        )
        if (!taken!.taken) return
        try {
          await sql.all('SET statement_timeout = 0')
          if (await hasRecords(sql, layout, id)) for (const field of hot) await insertField(sql, layout, id, field)
          // Those that somebody else did not come to the end of too.
          for (const row of await read(sql)) if (row.ready !== true) await createIndex(sql, layout, id, row)
          await sql.all(`ANALYZE ${recordsTable(layout, id)}`)
        } finally {
          await sql.all('RESET statement_timeout').catch(() => {})
          await sql.all('SELECT pg_advisory_unlock(hashtext($1), $2)', lock).catch(() => {})
        }
        known = undefined
      },
      { signal: closing.signal },
    )

  return {
    async indexed(sql) {
      if (known && performance.now() - known.at < BELIEVED_MS) return known.fields
      const rows = (await read(sql)).filter(({ ready }) => ready)
      const fields = new Set(rows.map(({ kind, path }) => fieldKey(kind, JSON.parse(path) as FieldPath)))
      known = { fields, at: performance.now() }
      return fields
    },
    note(filter) {
      const hot = uses
        .note(filter, performance.now())
        .filter(({ kind, path }) => !known?.fields.has(fieldKey(kind, path)))
      if (!hot.length || building || closing.signal.aborted) return
      // What fails is asked for again, and the filter is answered without it.
      building = build(hot)
        .catch(() => {})
        .finally(() => (building = undefined))
    },
    async describe(sql) {
      const rows = (await read(sql)).filter(({ ready }) => ready)
      return [...new Set(rows.map(({ path }) => formatPath(JSON.parse(path) as FieldPath)))]
    },
    async close() {
      closing.abort()
      await building
    },
  }
}

const hasRecords = async (sql: Sql, layout: Layout, id: number): Promise<boolean> => {
  const [found] = await sql.all<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM (SELECT 1 FROM ${recordsTable(layout, id)} LIMIT ${MIN_RECORDS}) AS first`,
  )
  return found!.count >= MIN_RECORDS
}

const insertField = (sql: Sql, { schema }: Layout, id: number, { kind, path }: Field): Promise<unknown> =>
  sql.all(
    `INSERT INTO ${schema}.fields (collection, kind, path) SELECT $1::int, $2::text, $3::text
     WHERE (SELECT count(*) FROM ${schema}.fields WHERE collection = $1::int) < ${MAX_FIELDS} ON CONFLICT DO NOTHING`,
    [id, kind, JSON.stringify(path)],
  )

const createIndex = async (
  sql: Sql,
  layout: Layout,
  id: number,
  { id: field, kind, path, ready }: FieldRow,
): Promise<void> => {
  const name = `field_${Math.trunc(field)}`
  if (ready === false) await sql.all(`DROP INDEX CONCURRENTLY ${layout.schema}.${name}`)
  // An index takes no parameters; a quoted text is no syntax where backslashes are nothing special.
  await sql.all('SET standard_conforming_strings = on')
  const names = (JSON.parse(path) as FieldPath).map((part) => quoteText(encodeText(part)))
  const expression = fieldExpression(kind, ['metadata', ...names].join(' -> '), layout.schema)
  await sql.all(`CREATE INDEX CONCURRENTLY ${name} ON ${recordsTable(layout, id)} (${expression})`)
}
