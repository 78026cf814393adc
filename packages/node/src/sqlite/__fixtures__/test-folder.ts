import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach } from 'vitest'

/** A new folder for each test of the file. */
export const testFolder = (): { path: string; file(name: string): string } => {
  const folder = {
    path: '',
    file: (name: string) => join(folder.path, name),
  }
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'rt-sqlite-'))
  })
  afterEach(() => rmSync(folder.path, { recursive: true, force: true }))
  return folder
}

/** A closed database with `rows` rows of about 1 kB, its migrations counted. */
export const makeDatabase = (path: string, { rows, mark = 'x' }: { rows: number; mark?: string }): void => {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE rt_migrations (namespace TEXT PRIMARY KEY, version INTEGER NOT NULL);
    INSERT INTO rt_migrations VALUES ('items', 1);
    CREATE TABLE item (id INTEGER PRIMARY KEY, mark TEXT, filler BLOB);
    CREATE INDEX item_mark ON item (mark);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO item (mark, filler) SELECT '${mark}', zeroblob(1000) FROM n`)
  database.close()
}

/** The rows of a file that nobody has open, and whether it is whole. */
export const readDatabase = (path: string): { rows: number; marks: string; check: string } => {
  const database = new DatabaseSync(path)
  try {
    const sql = "SELECT count(*) AS rows, coalesce(group_concat(DISTINCT mark), '') AS marks FROM item"
    const { rows, marks } = database.prepare(sql).get() as { rows: number; marks: string }
    const check = Object.values(database.prepare('PRAGMA integrity_check(1)').get()!)[0]
    return { rows, marks, check: String(check) }
  } finally {
    database.close()
  }
}
