import type { PostgresPool } from './connection.ts'

interface Shared {
  /** The schema its tables are in, made when missing. Default `rt_vector`. */
  schema?: string
  /** Bytes of vectors from which a collection gets a graph. Default 16 MiB: 10,922 vectors of 384 dimensions. */
  graphFrom?: number
  /** Milliseconds since 1970, by which records end. Default `Date.now`. */
  clock?: () => number
}

/** Where the store lives: at an address, with connections of its own, or behind a pool that is open already. */
export type PgvectorStoreOptions = Shared &
  (
    | {
        /** `postgres://user:password@host:5432/database?sslmode=verify-full`. Needs the package `pg`. */
        url: string
        /** Connections at most. Default 10. */
        connections?: number
        /** Milliseconds a statement may take; building a graph is not limited. Default 60,000. */
        statementTimeout?: number
        pool?: undefined
      }
    | {
        /** Stays open when the store is closed. */
        pool: PostgresPool
        url?: undefined
      }
  )
