import type * as Sqlite from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'
import { RtError } from '@rt/core'
import { toFailure } from '../failure.ts'
import { loadSqlite } from '../load-sqlite.ts'
import { toRtError } from '../to-rt-error.ts'
import type { Row, SqlValue } from '../types.ts'

/** How long a read waits for a lock of another process. */
const BUSY_TIMEOUT_MS = 5000
/** Prepared statements kept; the one unused for longest goes first. */
const CACHED_STATEMENTS = 64

export interface ReadStatement {
  all<T = Row>(...params: SqlValue[]): T[]
  get<T = Row>(...params: SqlValue[]): T | undefined
}

/** A connection for reading, in the thread that opened it. Errors are RtErrors about its file. */
export interface Reader extends Disposable {
  /** Prepared once and kept. */
  prepare(sql: string): ReadStatement
  /** From here to `end` everything is read from one snapshot; others go on writing meanwhile. */
  begin(): void
  end(): void
}

/**
 * Opens a database for reading in a worker thread, where nobody minds that SQLite answers before it returns. The
 * program's own thread uses `openDatabase`.
 *
 * @throws RtError `database_corrupt`, `database_error`.
 */
export const openReader = (path: string): Reader => {
  if (isMainThread)
    throw new RtError({
      code: 'internal',
      message: 'openReader() was called outside a worker thread.',
      hint: 'openDatabase() reads without holding up the program.',
    })
  const attempt = <T>(sql: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw toRtError(toFailure(error, sql), path)
    }
  }
  const database = attempt('', () => open(path))
  const statements = new Map<string, ReadStatement>()

  const compile = (sql: string): ReadStatement => {
    const statement = attempt(sql, () => database.prepare(sql))
    return {
      all: <T>(...params: SqlValue[]) => attempt(sql, () => statement.all(...params) as T[]),
      get: <T>(...params: SqlValue[]) => attempt(sql, () => statement.get(...params) as T | undefined),
    }
  }
  const begin = compile('BEGIN')
  const end = compile('COMMIT')

  return {
    prepare(sql) {
      let statement = statements.get(sql)
      if (statement) statements.delete(sql)
      else statement = compile(sql)
      statements.set(sql, statement)
      if (statements.size > CACHED_STATEMENTS) statements.delete(statements.keys().next().value!)
      return statement
    },
    begin: () => void begin.get(),
    end: () => void end.get(),
    [Symbol.dispose]: () => database.close(),
  }
}

const open = (path: string): Sqlite.DatabaseSync => {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('PRAGMA cell_size_check = ON')
    // Reads the first page: a file that is no database fails here and not at some later query.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
