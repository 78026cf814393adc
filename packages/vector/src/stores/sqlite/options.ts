import type { Database } from '@rt/node/sqlite'

/** Where the store lives: a database that is open already (it stays open), or a file that is the store's own. */
export type SqliteStoreOptions = {
  /** Milliseconds since 1970, by which records end. Default `Date.now`. */
  clock?: () => number
} & (
  | {
      /** Shared with others; closing the store does not close it. May be read-only. */
      database: Database
      path?: undefined
    }
  | {
      /** Created when missing; its folder must exist. */
      path: string
      database?: undefined
    }
)
