export interface LancedbStoreOptions {
  /**
   * A folder of the store's own, made when missing: a LanceDB dataset for each collection, and `rt.db` with their
   * names, stamps and options.
   */
  path: string
  /** Milliseconds since 1970, by which records end. Default `Date.now`. */
  clock?: () => number
}
