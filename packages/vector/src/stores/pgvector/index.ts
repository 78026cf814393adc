// Every line here is public API of @rt/vector/pgvector.
export { createPgvectorStore } from './store.ts'
export type { PgvectorStoreOptions } from './options.ts'
export type { PostgresConnection, PostgresPool } from './connection.ts'
