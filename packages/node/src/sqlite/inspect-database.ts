import type * as Sqlite from 'node:sqlite'
import { isDamage, isDiskFailure, primaryCode } from './failure.ts'
import { fileSize } from './file-size.ts'
import { openForReading } from './open-for-reading.ts'
import type { FileInspection, Inspection } from './task-protocol.ts'

/** More than this say no more. */
const MOST_PROBLEMS = 100
const NOTADB = 26

/**
 * Damage is part of the answer; what hinders the look (a lock, missing rights) is thrown. The sizes are taken inside the
 * snapshot: as long as it stands, what it sees of the log stays in the log, so that beside an empty one the file holds all.
 */
export const inspectDatabase = async (
  sqlite: typeof Sqlite,
  { path, check }: { path: string; check: 'quick' | 'full' },
): Promise<FileInspection> => {
  const measure = async () => ({ bytes: await fileSize(path), walBytes: await fileSize(`${path}-wal`) })
  let database: Sqlite.DatabaseSync
  try {
    database = openForReading(sqlite, path)
  } catch (error) {
    const nothing = { pages: 0, pageBytes: 0, freePages: 0, versions: undefined }
    return { problems: [damage(error)], ...nothing, ...(await measure()) }
  }
  try {
    const sizes = await measure()
    return { ...inspectConnection(database, check), ...sizes }
  } finally {
    database.close()
  }
}

export const inspectConnection = (database: Sqlite.DatabaseSync, check: 'quick' | 'full'): Inspection => {
  const problems: string[] = []
  const attempt = <T>(otherwise: T, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      const text = damage(error)
      if (!problems.includes(text)) problems.push(text)
      return otherwise
    }
  }
  const rows = (sql: string): Array<Record<string, unknown>> => attempt([], () => database.prepare(sql).all())
  const figure = (pragma: string): number => Number(Object.values(rows(`PRAGMA ${pragma}`)[0] ?? { value: 0 })[0])

  for (const row of rows(`PRAGMA ${check === 'full' ? 'integrity_check' : 'quick_check'}(${MOST_PROBLEMS})`)) {
    const text = String(Object.values(row)[0])
    if (text !== 'ok') problems.push(...text.split('\n').filter((line) => !line.startsWith('*** in database')))
  }
  const orphans = new Map<string, number>()
  for (const { table, parent } of rows('PRAGMA foreign_key_check')) {
    const pair = `${String(table)} refer to rows of ${String(parent)}`
    orphans.set(pair, (orphans.get(pair) ?? 0) + 1)
  }
  for (const [pair, count] of orphans) problems.push(`${count} rows of ${pair} that do not exist`)
  return {
    problems: problems.slice(0, MOST_PROBLEMS),
    pages: figure('page_count'),
    pageBytes: figure('page_size'),
    freePages: figure('freelist_count'),
    versions: attempt(undefined, () => versionsOf(database)),
  }
}

const versionsOf = (database: Sqlite.DatabaseSync): Record<string, number> | undefined => {
  if (!database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rt_migrations'").get()) return undefined
  const rows = database.prepare('SELECT namespace, version FROM rt_migrations ORDER BY namespace').all()
  return Object.fromEntries(rows.map(({ namespace, version }) => [String(namespace), Number(version)]))
}

/** What damage says of itself; what hinders the look is thrown on. */
const damage = (error: unknown): string => {
  if (!isDamage(error) && !isDiskFailure(error)) throw error
  const { errcode = 0, message } = error as { errcode?: number; message: string }
  return primaryCode(errcode) === NOTADB ? 'it is not a SQLite database, or its first page is damaged' : message
}
