import type { BackupOptions, BackupResult } from './backup.ts'

export type SqlValue = string | number | bigint | null | Uint8Array

export interface Row {
  [column: string]: SqlValue
}

/** One prepared statement: run once with `params`, or once for every list in `each`. */
export interface Statement {
  sql: string
  params?: SqlValue[]
  each?: SqlValue[][]
}

export interface WriteResult {
  /** Rows changed by each statement, `each` summed. */
  changes: number[]
}

/** Reading and writing inside one transaction, on the writer connection. */
export interface Transaction {
  all<T = Row>(sql: string, params?: SqlValue[]): Promise<T[]>
  run(statement: Statement): Promise<number>
}

/**
 * SQLite behind worker threads: one writer, a few readers, nothing on the caller's event loop.
 * WAL and `synchronous=FULL`: what has resolved survives `kill -9` and power loss.
 */
export interface Database extends AsyncDisposable {
  readonly path: string
  readonly readOnly: boolean
  /** Changes through this object that have ended. What was read at one count still holds at it, if nobody else writes. */
  readonly written: number
  /** Runs on a reader; sees every write that resolved before. */
  all<T = Row>(sql: string, params?: SqlValue[]): Promise<T[]>
  get<T = Row>(sql: string, params?: SqlValue[]): Promise<T | undefined>
  /** All statements in one transaction; durable when it resolves, absent when it rejects. */
  write(statements: Statement | Statement[]): Promise<WriteResult>
  /**
   * For a write that depends on what it reads. Holds the writer: keep it short. Rolled back when `work` throws, and with
   * `shutting_down` when the database is closed and it does not end within `graceMs`.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /**
   * Brings one subsystem's tables to the newest version. Migration n (counted from 1) runs once, in a transaction.
   *
   * @throws RtError `database_newer` when the file has seen a later version than `migrations` knows.
   */
  migrate(namespace: string, migrations: readonly string[]): Promise<void>
  /** `backup` of this database, which goes on meanwhile; closing stops it with `shutting_down`. */
  backup(target: string, options?: BackupOptions): Promise<BackupResult>
}

export interface OpenDatabaseOptions {
  /** A file; its folder must exist. */
  path: string
  /** Opens beside an owner, for reading only; the file must exist. Default false. */
  readOnly?: boolean
  /** Reader threads, started on demand. Default 2. */
  readers?: number
  /** How long closing waits for open transactions before it rolls them back. Default 3000. */
  graceMs?: number
}
