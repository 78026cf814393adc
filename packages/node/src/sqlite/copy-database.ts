import type * as Sqlite from 'node:sqlite'
import { FailureError, isDamage } from './failure.ts'
import { inspectConnection } from './inspect-database.ts'
import { openForReading } from './open-for-reading.ts'
import type { Inspection } from './task-protocol.ts'

/** Pages between two signs of progress: 1 MB. */
const STEP_PAGES = 256

/**
 * Copies page by page, as the database stands when it begins: SQLite's own backup, inside one read transaction. Without
 * that it starts over with every write of another connection, and beside a busy writer never ends. VACUUM INTO would
 * also do, but cannot be stopped, says nothing of its progress, and numbers rows anew.
 *
 * The copy is brought to one plain file (no WAL), so that it can be read from anywhere, and then inspected.
 */
export const copyDatabase = async (
  sqlite: typeof Sqlite,
  { path, target, isStill }: { path: string; target: string; isStill: boolean },
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Inspection> => {
  const source = openForReading(sqlite, path, isStill)
  try {
    const pageBytes = Number(source.prepare('PRAGMA page_size').get()?.['page_size'])
    await sqlite.backup(source, target, {
      rate: STEP_PAGES,
      progress: ({ totalPages, remainingPages }) => {
        // What is thrown here ends the backup.
        if (signal.aborted) throw new FailureError({ kind: 'usage', message: 'the copy was stopped' })
        onProgress((totalPages - remainingPages) * pageBytes, totalPages * pageBytes)
      },
    })
  } finally {
    source.close()
  }
  const copy = new sqlite.DatabaseSync(target)
  try {
    try {
      copy.exec('PRAGMA journal_mode = DELETE')
    } catch (error) {
      // Damage came along with the pages: the inspection is what tells.
      if (!isDamage(error)) throw error
    }
    return inspectConnection(copy, 'quick')
  } finally {
    copy.close()
  }
}
