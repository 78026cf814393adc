// Each line here is API. What runs in the worker (connection, migrate) is not: node:sqlite stays behind the threads.
export { openDatabase } from './open-database.ts'
export { acquireOwner, readOwner } from './owner.ts'
export type { Database, OpenDatabaseOptions, Row, SqlValue, Statement, Transaction, WriteResult } from './types.ts'
export type { AcquireOwnerOptions, Owner, OwnerInfo } from './owner.ts'
