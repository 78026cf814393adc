/** Some of the queries that were served, in memory alone. */
export interface QuerySample {
  add(query: Float32Array): void
  readonly queries: readonly Float32Array[]
  /** Served, since the first. */
  readonly seen: number
}

/** Of so many times `size` queries, the last ones, each is kept as likely as another. */
const WINDOW = 16

export const createQuerySample = (size: number, random: () => number = Math.random): QuerySample => {
  const queries: Float32Array[] = []
  let seen = 0
  return {
    queries,
    get seen() {
      return seen
    },
    add(query) {
      seen++
      if (queries.length < size) return void queries.push(query)
      const place = Math.floor(random() * Math.min(seen, WINDOW * size))
      if (place < size) queries[place] = query
    },
  }
}
