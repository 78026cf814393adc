import { RtError } from '@rt/core'
import { type Layout, quoteText, readLayout } from './layout.ts'
import { migrations } from './migrations.ts'
import type { Postgres, Sql } from './postgres.ts'
import { stateOf } from './to-rt-error.ts'

/**
 * Brings the tables of a store up to date, all of it or nothing, one process at a time. A store that is up to date is
 * only read, so that it opens on a replica too.
 *
 * @param schema quoted.
 * @throws RtError `unsupported` for a server without pgvector; `database_newer` for tables of a later version.
 */
export const migrate = async (postgres: Postgres, schema: string): Promise<Layout> => {
  const all = migrations(schema)
  const current = await postgres.session(async (sql) => ({
    layout: await readLayout(sql, schema),
    version: await versionOf(sql, schema),
  }))
  refuseNewer(schema, current.version, all.length)
  if (current.layout && current.version === all.length) return current.layout
  return postgres.write(async (sql) => {
    await lockStore(sql, schema)
    await sql.all('SET LOCAL statement_timeout = 0')
    await createExtension(sql)
    await sql.all(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    await sql.all(`CREATE TABLE IF NOT EXISTS ${schema}.version (version integer NOT NULL)`)
    // Read again: another process may have migrated meanwhile.
    const version = await versionOf(sql, schema)
    refuseNewer(schema, version, all.length)
    for (const statement of all.slice(version).flat()) await sql.all(statement)
    if (version < all.length) {
      await sql.all(`DELETE FROM ${schema}.version`)
      await sql.all(`INSERT INTO ${schema}.version VALUES ($1)`, [all.length])
    }
    return (await readLayout(sql, schema))!
  })
}

/** Until the end of the transaction nobody else changes which collections and aliases there are. */
export const lockStore = (sql: Sql, schema: string): Promise<unknown> =>
  sql.all('SELECT pg_advisory_xact_lock(hashtext($1), 0)', [lockName(schema)])

/** First key of the advisory locks of a store; the second is the collection. */
export const lockName = (schema: string): string => `rt.vector.${schema}`

const versionOf = async (sql: Sql, schema: string): Promise<number> => {
  const table = `${schema}.version`
  const [found] = await sql.all<{ there: boolean }>(`SELECT to_regclass(${quoteText(table)}) IS NOT NULL AS there`)
  if (!found?.there) return 0
  const [row] = await sql.all<{ version: number }>(`SELECT version FROM ${table}`)
  return row?.version ?? 0
}

const refuseNewer = (schema: string, found: number, known: number): void => {
  if (found <= known) return
  throw new RtError({
    code: 'database_newer',
    message: `the schema ${schema} has version ${found} of the vector tables; this program knows ${known}.`,
    hint: 'Update @rt/vector, or use another schema.',
    data: { found, known },
  })
}

const createExtension = async (sql: Sql): Promise<void> => {
  const [found] = await sql.all("SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'vector'")
  if (found) return
  const [available] = await sql.all("SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = 'vector'")
  if (!available)
    throw new RtError({
      code: 'unsupported',
      message: 'this Postgres has no extension "vector".',
      hint: 'Install pgvector on the server (package postgresql-NN-pgvector, or the image pgvector/pgvector).',
    })
  try {
    await sql.all('CREATE EXTENSION IF NOT EXISTS vector')
  } catch (cause) {
    if (stateOf(cause) !== '42501') throw cause
    throw new RtError({
      code: 'forbidden',
      message: 'the user of the url may not make the extension "vector" in this database.',
      hint: 'Let an administrator run once: CREATE EXTENSION vector',
      cause,
    })
  }
}
