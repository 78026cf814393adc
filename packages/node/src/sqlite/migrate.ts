import type { DatabaseSync } from 'node:sqlite'
import { FailureError } from './failure.ts'

/**
 * Runs the migrations a namespace lacks, each in a transaction of its own together with its number: after a crash the
 * file stands at some whole version, and the next start goes on from there.
 *
 * @param atomically absent on a connection that only reads; then the version must be right already.
 */
export const migrate = (
  database: DatabaseSync,
  { namespace, migrations }: { namespace: string; migrations: readonly string[] },
  atomically: (<T>(work: () => T) => T) | undefined,
): void => {
  const known = migrations.length
  const versions = { found: versionOf(database, namespace), known }
  if (versions.found > known) throw new FailureError({ kind: 'newer', message: namespace, versions })
  if (versions.found === known) return
  if (!atomically) throw new FailureError({ kind: 'older', message: namespace, versions })
  for (const [index, sql] of migrations.entries()) {
    atomically(() => {
      // Read again inside: another process may have migrated meanwhile.
      if (versionOf(database, namespace) > index) return
      database.exec('CREATE TABLE IF NOT EXISTS rt_migrations (namespace TEXT PRIMARY KEY, version INTEGER NOT NULL)')
      database.exec(sql)
      database
        .prepare('INSERT INTO rt_migrations VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version')
        .run(namespace, index + 1)
    })
  }
}

const versionOf = (database: DatabaseSync, namespace: string): number => {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rt_migrations'").get()
  if (!table) return 0
  const row = database.prepare('SELECT version FROM rt_migrations WHERE namespace = ?').get(namespace)
  return Number(row?.version ?? 0)
}
