import { loadSqlite } from '../sqlite/load-sqlite.ts'

/** Makes the database that `dumpDatabase` wrote down. The file must not exist. */
export const loadDump = (sql: string, path: string): void => {
  const sqlite = loadSqlite()
  // The tables behind a full-text index are written directly, which the defence of newer versions of Node forbids.
  const database = new sqlite.DatabaseSync(path, { enableForeignKeyConstraints: false, defensive: false })
  try {
    database.exec(sql)
  } finally {
    database.close()
  }
}
