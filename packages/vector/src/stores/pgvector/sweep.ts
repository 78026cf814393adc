import type { Clock } from '@rt/core'
import { type Layout, recordsTable } from './layout.ts'
import type { Postgres } from './postgres.ts'

const EVERY_MS = 60_000
const RECORDS_A_STATEMENT = 1000

/** Removes records that have ended; nothing finds them meanwhile. */
export interface Sweeper {
  /** In the background, at most once a minute. */
  sweep(): void
  close(): Promise<void>
}

export const createSweeper = (postgres: Postgres, layout: Layout, id: number, clock: Clock): Sweeper => {
  const closing = new AbortController()
  let last = -Infinity
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    for (let count = RECORDS_A_STATEMENT; count === RECORDS_A_STATEMENT;)
      count = await postgres.write(
        async (sql) => {
          // What a writer holds is about to be written anew.
          const [gone] = await sql.all<{ count: number }>(
            `WITH ended AS MATERIALIZED (SELECT r.id FROM ${recordsTable(layout, id)} r WHERE r.expires <= $1::float8
               ORDER BY r.id LIMIT ${RECORDS_A_STATEMENT} FOR UPDATE SKIP LOCKED),
             gone AS (DELETE FROM ${recordsTable(layout, id)} r USING ended WHERE r.id = ended.id RETURNING 1)
             SELECT count(*)::int AS count FROM gone`,
            [clock.now()],
          )
          return gone!.count
        },
        { signal: closing.signal },
      )
  }

  return {
    sweep() {
      if (running || closing.signal.aborted || clock.monotonic() - last < EVERY_MS) return
      last = clock.monotonic()
      // What is left is taken by the next one.
      running = run()
        .catch(() => {})
        .finally(() => (running = undefined))
    },
    async close() {
      closing.abort()
      await running
    },
  }
}
