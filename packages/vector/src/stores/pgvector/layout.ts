import { RtError } from '@rt/core'
import { createBindings } from './bindings.ts'
import type { Sql } from './postgres.ts'

/** Where things are in this database, and what its pgvector can do. All names are quoted. */
export interface Layout {
  schema: string
  /** Of the extension `vector`. */
  vector: string
  /** Of pgvector, `0.8.6`. */
  version: string
  /** From 0.7: graphs of half floats, for up to 4,000 dimensions. */
  hasHalf: boolean
  /** From 0.8: a graph goes on until enough of what it finds passes the filter. */
  hasIterativeScan: boolean
  hasGraph: boolean
  /** pg_trgm is there or can be made. */
  hasTrigrams: boolean
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text of ours inside SQL; callers' texts are bound. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The records of a collection. The number comes from the database, never from a caller. */
export const recordsTable = ({ schema }: Layout, collection: number): string =>
  `${schema}.records_${Math.trunc(collection)}`

export const graphName = (collection: number): string => `graph_${Math.trunc(collection)}`

/** @throws RtError `invalid_request` */
export const checkSchema = (name: string): string => {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,47}$/.test(name)) return quoteName(name)
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(name.slice(0, 60))} cannot be the schema of a store.`,
    hint: 'Use up to 48 letters, digits and _.',
  })
}

interface FeatureRow {
  encoding: string
  schema: string | null
  version: string | null
  half: boolean
  graph: boolean
  trigrams: boolean
}

/** @returns undefined where the extension is not in this database yet. */
export const readLayout = async (sql: Sql, schema: string): Promise<Layout | undefined> => {
  const { bind, values } = createBindings()
  const [found] = await sql.all<FeatureRow>(
    `SELECT current_setting('server_encoding') AS encoding, quote_ident(n.nspname) AS schema, e.extversion AS version,
       coalesce(to_regtype(quote_ident(n.nspname) || '.halfvec') IS NOT NULL, false) AS half,
       EXISTS (SELECT 1 FROM pg_catalog.pg_am WHERE amname = 'hnsw') AS graph,
       EXISTS (SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = 'pg_trgm') AS trigrams
     FROM (SELECT ${bind('vector')}::text AS name) asked
     LEFT JOIN pg_catalog.pg_extension e ON e.extname = asked.name
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace`,
    values,
  )
  const row = found!
  if (row.encoding !== 'UTF8')
    throw new RtError({
      code: 'unsupported',
      message: `the database has the encoding ${row.encoding}, which cannot hold every text.`,
      hint: "Make one with CREATE DATABASE … ENCODING 'UTF8'.",
    })
  if (row.schema === null || row.version === null) return undefined
  return {
    schema,
    vector: row.schema,
    version: row.version,
    hasHalf: row.half,
    hasIterativeScan: isAtLeast(row.version, [0, 8]),
    hasGraph: row.graph,
    hasTrigrams: row.trigrams,
  }
}

const isAtLeast = (version: string, [major, minor]: [number, number]): boolean => {
  const [first = 0, second = 0] = version.split('.').map(Number)
  return first > major || (first === major && second >= minor)
}
