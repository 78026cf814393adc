import type { DatabaseSync } from 'node:sqlite'
import { loadSqlite } from '../sqlite/load-sqlite.ts'

/**
 * A database as SQL text, to be committed: what a release wrote, for all later releases to open. Everything comes back
 * as it was, full-text indexes to the byte. Only the numbers of rows that have no INTEGER PRIMARY KEY are given anew.
 */
export const dumpDatabase = (path: string): string => {
  const sqlite = loadSqlite()
  const database = new sqlite.DatabaseSync(path, { readOnly: true })
  try {
    return [...statements(database)].map((statement) => `${statement};\n`).join('')
  } finally {
    database.close()
  }
}

interface Table {
  name: string
  /** A shadow table belongs to a virtual one, which makes it. */
  type: 'table' | 'virtual' | 'shadow'
}

function* statements(database: DatabaseSync): Generator<string> {
  const all = <T>(sql: string): T[] => database.prepare(sql).all() as T[]
  const types = new Map(all<Table>('PRAGMA main.table_list').map(({ name, type }) => [name, type]))
  const schema = all<{ type: string; name: string; sql: string | null }>(
    'SELECT type, name, sql FROM sqlite_schema ORDER BY rowid',
  )
  const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => name)
  const isMade = (name: string): boolean => name.startsWith('sqlite_') || types.get(name) === 'shadow'

  yield 'BEGIN'
  for (const { type, name, sql } of schema) if (type === 'table' && sql && !isMade(name)) yield sql
  for (const name of tables) {
    if (types.get(name) === 'virtual') continue
    // What a virtual table put in when it was made goes: the bytes of the one that was dumped count.
    if (isMade(name)) yield `DELETE FROM ${quoteName(name)}`
    yield* rows(database, name)
  }
  for (const { type, sql } of schema) if (type !== 'table' && sql) yield sql
  yield 'COMMIT'
}

function* rows(database: DatabaseSync, table: string): Generator<string> {
  const columns = database.prepare(`PRAGMA table_info(${quoteName(table)})`).all() as Array<{ name: string }>
  const names = columns.map(({ name }) => quoteName(name))
  // In the order of the first columns, so that the same content gives the same text.
  const order = names.map((_, index) => index + 1).join(', ')
  const values = names.map((name) => `quote(${name})`).join(` || ', ' || `)
  const sql = `SELECT ${values} AS list FROM (SELECT * FROM ${quoteName(table)} ORDER BY ${order})`
  for (const { list } of database.prepare(sql).all() as Array<{ list: string }>) {
    yield `INSERT INTO ${quoteName(table)} (${names.join(', ')}) VALUES (${list})`
  }
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
