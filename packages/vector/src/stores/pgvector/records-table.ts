import type { CollectionRow } from './collection-row.ts'
import { type Layout, recordsTable } from './layout.ts'
import type { Sql } from './postgres.ts'

/** Vectors up to this many dimensions lie in the row itself: at least three rows fit a page, and scans read no other table. */
const INLINE_DIMENSIONS = 512

/** The table of a collection, with what finds words, equal metadata and what has ended. */
export const createRecordsTable = async (sql: Sql, layout: Layout, row: CollectionRow): Promise<void> => {
  const table = recordsTable(layout, row.id)
  const isTrigram = row.tokenizer === 'trigram'
  if (isTrigram) await sql.all('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  await sql.all(
    `CREATE TABLE ${table} (
      id text COLLATE "C" PRIMARY KEY,
      vector ${layout.vector}.vector${row.dimensions === null ? '' : `(${Math.trunc(row.dimensions)})`},
      scale smallint NOT NULL,
      text text,
      words ${isTrigram ? 'text' : 'tsvector'},
      metadata jsonb NOT NULL,
      expires float8
    )`,
  )
  if (row.dimensions !== null) await setStorage(sql, table, row.dimensions)
  await sql.all(
    `CREATE INDEX ON ${table} USING gin (words${isTrigram ? ` ${await trigramSchema(sql)}.gin_trgm_ops` : ''})`,
  )
  await sql.all(`CREATE INDEX ON ${table} USING gin (metadata jsonb_path_ops)`)
  await sql.all(`CREATE INDEX ON ${table} (expires) WHERE expires IS NOT NULL`)
}

/** From now on its vectors have this many dimensions; so far it has none. */
export const setDimensions = async (sql: Sql, layout: Layout, id: number, dimensions: number): Promise<void> => {
  const table = recordsTable(layout, id)
  await sql.all(`ALTER TABLE ${table} ALTER COLUMN vector TYPE ${layout.vector}.vector(${Math.trunc(dimensions)})`)
  await setStorage(sql, table, dimensions)
}

const setStorage = async (sql: Sql, table: string, dimensions: number): Promise<void> => {
  const storage = dimensions <= INLINE_DIMENSIONS ? 'PLAIN' : 'EXTERNAL'
  await sql.all(`ALTER TABLE ${table} ALTER COLUMN vector SET STORAGE ${storage}`)
}

const trigramSchema = async (sql: Sql): Promise<string> => {
  const [row] = await sql.all<{ schema: string }>(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_catalog.pg_extension e
     JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'`,
  )
  return row!.schema
}
