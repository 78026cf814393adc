import { pathToFileURL } from 'node:url'
import type * as Sqlite from 'node:sqlite'
import { primaryCode } from './failure.ts'
import { hasLog } from './has-log.ts'

const BUSY_TIMEOUT_MS = 5000
const READONLY = 8
const CANTOPEN = 14

/**
 * A read-only connection that stands in a snapshot until it is closed. In a folder that cannot be written to (a disk
 * mounted for reading, somebody else's backup) SQLite cannot make the `-shm` file it reads a WAL database with; then,
 * when there is no log to read, the file is taken as it is.
 *
 * @param isStill nobody writes it: then it is taken as it is wherever it lies, and nothing is made beside it.
 */
export const openForReading = (sqlite: typeof Sqlite, path: string, isStill = false): Sqlite.DatabaseSync => {
  // Whoever has a WAL database open has a log beside it, be it an empty one.
  if (isStill && !hasLog(path, 0)) return openAsItIs(sqlite, path)
  try {
    return open(sqlite, path)
  } catch (error) {
    const code = primaryCode((error as { errcode?: number }).errcode ?? 0)
    if ((code !== READONLY && code !== CANTOPEN) || hasLog(path, 1)) throw error
    return openAsItIs(sqlite, path)
  }
}

const openAsItIs = (sqlite: typeof Sqlite, path: string): Sqlite.DatabaseSync => {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  return open(sqlite, url)
}

const open = ({ DatabaseSync }: typeof Sqlite, path: string | URL): Sqlite.DatabaseSync => {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('PRAGMA cell_size_check = ON; BEGIN')
    // The snapshot begins with the first read.
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
