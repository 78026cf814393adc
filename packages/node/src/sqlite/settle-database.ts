import type * as Sqlite from 'node:sqlite'
import { FailureError, isDamage } from './failure.ts'
import { openForReading } from './open-for-reading.ts'

/** Readers come and go; one that stays this long is told about. */
const BUSY_TIMEOUT_MS = 2000
const BUSY = 5

/**
 * Writes the log back into the file, leaves WAL (SQLite allows that to the only connection), and locks the file. From
 * here on it is complete in itself, and nobody else can open it until the connection is closed.
 *
 * @returns undefined when SQLite cannot make sense of the file; then nothing was changed.
 */
export const settleDatabase = (sqlite: typeof Sqlite, path: string): Sqlite.DatabaseSync | undefined => {
  if (isBeyondReading(sqlite, path)) return undefined
  let database: Sqlite.DatabaseSync | undefined
  try {
    database = new sqlite.DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    const mode = database.prepare('PRAGMA journal_mode = DELETE').get()
    if (mode?.['journal_mode'] !== 'delete') {
      throw new FailureError({ kind: 'sqlite', errcode: BUSY, message: 'another connection is open' })
    }
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (isDamage(error)) return undefined
    throw error
  }
}

/** A connection that may write takes the logs of a damaged file away when it is closed. */
const isBeyondReading = (sqlite: typeof Sqlite, path: string): boolean => {
  try {
    openForReading(sqlite, path).close()
    return false
  } catch (error) {
    // Anything else is told by the connection that comes next.
    return isDamage(error)
  }
}
