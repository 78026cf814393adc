import type * as Sqlite from 'node:sqlite'
import { FailureError, isDiskFailure, toFailure } from './failure.ts'
import { migrate } from './migrate.ts'
import type { Operation, Value, WorkerOptions } from './protocol.ts'
import type { Row, SqlValue, Statement } from './types.ts'

/** How long a statement waits for a lock of another process. */
const BUSY_TIMEOUT_MS = 5000
/** Prepared statements kept; the one unused for longest goes first. */
const CACHED_STATEMENTS = 128
/** The log is cut back to this after a checkpoint, so that one big ingest does not keep its size for ever. */
const JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024

/** One SQLite connection, inside its worker. Every operation is synchronous there. */
export const createConnection = (
  { DatabaseSync }: typeof Sqlite,
  { path, readOnly }: WorkerOptions,
): ((operation: Operation) => Value) => {
  let open: Sqlite.DatabaseSync | undefined
  let poison: string | undefined
  const statements = new Map<string, Sqlite.StatementSync>()
  const database = (): Sqlite.DatabaseSync => {
    if (!open) throw new FailureError({ kind: 'usage', message: 'the database is closed' })
    return open
  }

  const prepare = (sql: string): Sqlite.StatementSync => {
    let statement = statements.get(sql)
    if (statement) statements.delete(sql)
    else {
      statement = database().prepare(sql)
      // SQLite compiles the first statement and ignores the rest without a word.
      if (/[^\s;]/.test(withoutComments(sql.slice(statement.sourceSQL.length)))) {
        throw new FailureError({ kind: 'usage', message: 'more than one SQL statement in one call' })
      }
    }
    statements.set(sql, statement)
    if (statements.size > CACHED_STATEMENTS) statements.delete(statements.keys().next().value!)
    return statement
  }

  const attempt = <T>(sql: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      const failure = toFailure(error, sql)
      throw new FailureError(isDiskFailure(error) && !readOnly ? stopWriting(failure) : failure)
    }
  }

  const stopWriting = <F extends { message: string }>(failure: F): F & { poisoned: true } => {
    poison = failure.message
    return { ...failure, poisoned: true }
  }

  const all = (sql: string, params: SqlValue[]): Row[] =>
    attempt(sql, () => {
      const statement = prepare(sql)
      try {
        return statement.all(...params)
      } catch (error) {
        // An integer beyond 2^53: read again as bigint. Only where a second run has no effect.
        const repeatable = readOnly || /^\s*select\b/i.test(sql)
        if ((error as { code?: string }).code !== 'ERR_OUT_OF_RANGE' || !repeatable) throw error
        statement.setReadBigInts(true)
        try {
          return (statement.all(...params) as Row[]).map(withNumbers)
        } finally {
          statement.setReadBigInts(false)
        }
      }
    })

  /** Outside of a transaction, where nothing may be written: on the writer too. */
  const read = (sql: string, params: SqlValue[]): Row[] => {
    if (readOnly) return all(sql, params)
    database().exec('PRAGMA query_only = ON')
    try {
      return all(sql, params)
    } finally {
      database().exec('PRAGMA query_only = OFF')
    }
  }

  const run = ({ sql, params, each }: Statement): number =>
    attempt(sql, () => {
      const statement = prepare(sql)
      let changes = 0
      // `run` also reads last_insert_rowid, which a delete in FTS5 leaves beyond 2^53: as a number that would throw.
      statement.setReadBigInts(true)
      try {
        for (const list of each ?? [params ?? []]) changes += Number(statement.run(...list).changes)
      } finally {
        statement.setReadBigInts(false)
      }
      // SQLite reports the count of the statement before for one that changes no rows by nature.
      return /^\s*(insert|update|delete|replace|with)\b/i.test(withoutComments(sql)) ? changes : 0
    })

  const begin = (): void => {
    if (poison !== undefined) {
      throw new FailureError({ kind: 'sqlite', message: poison, errcode: 10, poisoned: true })
    }
    attempt('BEGIN IMMEDIATE', () => database().exec('BEGIN IMMEDIATE'))
  }

  const commit = (): void => {
    inTransaction()
    try {
      attempt('COMMIT', () => database().exec('COMMIT'))
    } catch (error) {
      rollback()
      throw error
    }
  }

  const rollback = (): void => {
    try {
      if (open?.isTransaction) open.exec('ROLLBACK')
    } catch {
      // The error that led here is the one to tell; closing the connection rolls back too.
    }
  }

  /** Full disk and I/O errors make SQLite roll back by itself; what follows would otherwise commit one by one. */
  const inTransaction = (): void => {
    if (!database().isTransaction) {
      throw new FailureError({ kind: 'usage', message: 'the transaction was rolled back by the error before' })
    }
  }

  const atomically = <T>(work: () => T): T => {
    begin()
    try {
      const value = work()
      commit()
      return value
    } catch (error) {
      rollback()
      throw error
    }
  }

  const start = (): void => {
    if (open) return
    attempt('', () => {
      open = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
      if (!readOnly) {
        open.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
        open.exec(`PRAGMA journal_size_limit = ${JOURNAL_LIMIT_BYTES}`)
      }
      open.exec('PRAGMA cell_size_check = ON')
      // Reads the first page: a file that is no database fails here and not at some later query.
      open.prepare('SELECT count(*) FROM sqlite_schema').get()
    })
  }

  const close = (): void => {
    const closing = open
    if (!closing) return
    rollback()
    statements.clear()
    try {
      // After a disk failure the log is what can be trusted: it stays as it is.
      if (!readOnly && poison === undefined) closing.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      open = undefined
      closing.close()
    }
  }

  return (operation) => {
    switch (operation.type) {
      case 'open':
        return start() as undefined
      case 'read':
        return read(operation.sql, operation.params)
      case 'all':
        // RETURNING writes.
        inTransaction()
        return all(operation.sql, operation.params)
      case 'write':
        return atomically(() => operation.statements.map(run))
      case 'begin':
        return begin() as undefined
      case 'run':
        inTransaction()
        return run(operation.statement)
      case 'commit':
        return commit() as undefined
      case 'rollback':
        return rollback() as undefined
      case 'migrate':
        return attempt(operation.migrations.join('\n'), () =>
          migrate(database(), operation, readOnly ? undefined : atomically),
        ) as undefined
      case 'close':
        return close() as undefined
    }
  }
}

const withNumbers = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value,
    ]),
  )

const withoutComments = (sql: string): string => sql.replace(/--.*|\/\*[^]*?\*\//g, '')
