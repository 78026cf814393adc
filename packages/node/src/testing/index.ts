// For tests of packages that keep tables in a database of @rt/node/sqlite. Each line here is API.
export { dumpDatabase } from './dump-database.ts'
export { loadDump } from './load-dump.ts'
export { watchMigrations } from './watch-migrations.ts'
export type { WatchedDatabase } from './watch-migrations.ts'
