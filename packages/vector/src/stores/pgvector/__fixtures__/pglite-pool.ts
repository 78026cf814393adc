import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { vector } from '@electric-sql/pglite-pgvector'
import type { PostgresPool } from '../index.ts'

/** Postgres with the real pgvector in this process. It has one connection, which is given to one after the other. */
export const startPglite = async (): Promise<AsyncDisposable & { pool: PostgresPool; database: PGlite }> => {
  const database = await PGlite.create({ extensions: { vector, pg_trgm } })
  let last: Promise<void> = Promise.resolve()
  return {
    database,
    pool: {
      async connect() {
        const before = last
        const turn = Promise.withResolvers<void>()
        last = turn.promise
        await before
        return {
          query: async (text, values) => database.query(text, values),
          release: () => turn.resolve(),
        }
      },
    },
    [Symbol.asyncDispose]: () => database.close(),
  }
}
