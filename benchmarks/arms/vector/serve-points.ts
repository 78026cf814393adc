import { type DataSet, K, readQueries } from '../../data/data-set.ts'

/** One way to search: what a round measures. */
export interface Point {
  name: string
  /** The rows found, nearest first. */
  search: (query: Float32Array) => number[] | Promise<number[]>
  /** Searches under way at once. Default 1. */
  clients?: number
}

export interface Facts {
  /** Vectors a second, where a graph was built in this run or kept from one before. */
  build?: number
  note?: string
}

/** What an arm says when it can be asked: its points, or why there are none. */
export interface Ready {
  points: string[]
  facts?: Facts
  missing?: string
}

/** A round of a point takes at least this long. */
const ROUND_MS = 400

export const setOf = (): DataSet => JSON.parse(process.argv[2]!) as DataSet

/** An arm that cannot run here says why; the others go on. */
export const missing = (why: unknown): void => {
  const message = why instanceof Error ? why.message : String(why)
  process.send!({ points: [], missing: message.split('\n')[0]! } satisfies Ready)
}

/** Answers `found POINT` with the rows of every query, and `go POINT` with searches a second; other words go to `more`. */
export const servePoints = async (
  set: DataSet,
  points: Point[],
  facts: Facts = {},
  more: (what: string) => unknown = () => undefined,
): Promise<void> => {
  const queries = readQueries(set)
  process.on('message', async (message: string) => {
    const [, what, name] = /^(\S+) ?(.*)$/.exec(message)!
    const point = points.find((one) => one.name === name)
    if (what === 'found') process.send!(await foundBy(point!, queries))
    else if (what === 'go') process.send!(await speedOf(point!, queries))
    else process.send!((await more(message)) ?? null)
  })
  process.send!({ points: points.map(({ name }) => name), facts } satisfies Ready)
}

const foundBy = async ({ search }: Point, queries: Float32Array[]): Promise<number[][]> => {
  const found: number[][] = []
  for (const query of queries) found.push((await search(query)).slice(0, K))
  return found
}

const speedOf = async ({ search, clients = 1 }: Point, queries: Float32Array[]): Promise<number> => {
  let next = 0
  const begun = performance.now()
  const client = async (): Promise<void> => {
    while (performance.now() - begun < ROUND_MS) await search(queries[next++ % queries.length]!)
  }
  await Promise.all(Array.from({ length: clients }, client))
  return next / ((performance.now() - begun) / 1000)
}
