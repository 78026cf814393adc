import type { Database } from '../sqlite/index.ts'

export interface WatchedDatabase {
  /** Give this one to the parts under test. */
  database: Database
  /** The migrations each of them asked for, by namespace. */
  migrations: Map<string, readonly string[]>
}

/** A database that remembers which migrations were asked of it. */
export const watchMigrations = (database: Database): WatchedDatabase => {
  const migrations = new Map<string, readonly string[]>()
  return {
    migrations,
    database: {
      ...database,
      migrate(namespace, list) {
        migrations.set(namespace, list)
        return database.migrate(namespace, list)
      },
    },
  }
}
