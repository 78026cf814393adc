import type { IndexInfo } from '@rt/core'
import { type CollectionRow, readRow, shapeOf } from './collection-row.ts'
import { createGraphStatement, type GraphState, hasVectors, readGraphState } from './graph-state.ts'
import { graphName, type Layout, recordsTable } from './layout.ts'
import { measureRecall, SAMPLES } from './measure-recall.ts'
import { lockName } from './migrate.ts'
import type { Postgres, Sql } from './postgres.ts'
import { toStoreError } from './to-rt-error.ts'

/** How long what is known of a graph is believed: another process may have built or dropped it. */
export const BELIEVED_MS = 10_000
/** Searches after which the last ones are asked both ways. */
const MEASURED_EVERY = 256

/** The graph of one collection: whether to ask it, and building it when it is worth it. */
export interface Graph {
  /** What a search can use now; `undefined`: compare every vector. */
  usable(sql: Sql, row: CollectionRow): Promise<{ shape: Exclude<GraphState['shape'], string>; ef: number } | undefined>
  /** A query the graph answered: the last ones tell whether it still finds what it should. */
  asked(vector: Float32Array, row: CollectionRow): void
  /** So many vectors were written: looks whether a graph is worth it, in the background. */
  written(vectors: number, row: CollectionRow): void
  describe(sql: Sql, row: CollectionRow): Promise<IndexInfo>
  /** Stops what is being built. */
  close(): Promise<void>
}

export const createGraph = (
  postgres: Postgres,
  layout: Layout,
  { id, name }: { id: number; name: string },
  graphFrom: number,
): Graph => {
  const closing = new AbortController()
  let state: (GraphState & { at: number; ef: number }) | undefined
  let building: Promise<void> | undefined
  let failure: string | undefined
  let unseen = Infinity
  const asked: Float32Array[] = []
  let searches = 0

  const threshold = (row: CollectionRow): number =>
    row.index === 'hnsw' ? 1 : Math.ceil(graphFrom / (4 * shapeOf(row)!.dimensions))

  /** Builds and measures what has to be, where no other program is at it. */
  const maintain = async (): Promise<void> => {
    const { signal } = closing
    await postgres.session(
      async (sql) => {
        const [lock] = await sql.all<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtext($1), $2) AS taken', [
          lockName(layout.schema),
          id,
        ])
        if (!lock!.taken) return
        try {
          const row = await readRow(sql, layout, id, name)
          const found = await readGraphState(sql, layout, row)
          if (typeof found.shape === 'string' || (found.isReady && !asked.length)) return
          if (!found.isReady && !(await hasVectors(sql, layout, row, threshold(row)))) return
          await sql.all('SET statement_timeout = 0')
          // The lock is ours: whoever began it is gone.
          if (found.isUnfinished) await sql.all(`DROP INDEX CONCURRENTLY ${layout.schema}.${graphName(id)}`)
          if (!found.isReady) {
            await sql.all(createGraphStatement(layout, row, found.shape, true))
            await sql.all(`ANALYZE ${recordsTable(layout, id)}`)
          }
          const measured = await measureRecall(sql, layout, row, found.shape, asked)
          await sql.all(`UPDATE ${layout.schema}.collections SET ef = $2, recall = $3 WHERE id = $1`, [
            id,
            measured.ef,
            measured.recall,
          ])
        } finally {
          await sql.all('RESET statement_timeout').catch(() => {})
          await sql.all('SELECT pg_advisory_unlock(hashtext($1), $2)', [lockName(layout.schema), id]).catch(() => {})
        }
      },
      { signal },
    )
    failure = undefined
    state = undefined
  }

  const consider = (row: CollectionRow): void => {
    if (building || closing.signal.aborted || row.index === 'flat' || !shapeOf(row)) return
    unseen = 0
    building = maintain()
      .catch((error: unknown) => {
        failure = toStoreError(error).message
      })
      .finally(() => (building = undefined))
  }

  return {
    async usable(sql, row) {
      if (!shapeOf(row)) return undefined
      if (!state || performance.now() - state.at > BELIEVED_MS) {
        const read = await readGraphState(sql, layout, row)
        const { ef } = read.isReady ? await readRow(sql, layout, id, name) : row
        // What was built and not yet measured is asked with care.
        state = { ...read, at: performance.now(), ef: ef ?? 160 }
      }
      if (!state.isReady && unseen === Infinity) consider(row)
      return state.isReady && typeof state.shape !== 'string' ? { shape: state.shape, ef: state.ef } : undefined
    },
    asked(vector, row) {
      asked[searches++ % SAMPLES] = vector
      if (searches % MEASURED_EVERY === 0) consider(row)
    },
    written(vectors, row) {
      unseen += vectors
      if (vectors && !state?.isReady && shapeOf(row) && unseen >= Math.min(1000, threshold(row))) consider(row)
    },
    async describe(sql, row) {
      const found = await readGraphState(sql, layout, row)
      const { shape, bytes } = found
      if (typeof shape === 'string') return { kind: 'flat', reason: `every vector is compared: ${shape}` }
      if (found.isReady)
        return {
          kind: 'hnsw',
          reason: `a graph of ${shape.isHalf ? 'half floats' : 'float32'}; its candidates are compared again in float32`,
          bytes,
          target: row.target,
          ...(row.recall !== null && { recall: row.recall }),
          ...(row.ef !== null && { ef: row.ef }),
        }
      const because =
        failure === undefined
          ? row.index === 'flat'
            ? 'index is flat'
            : `a graph is built from ${threshold(row)} vectors on`
          : `the graph could not be built: ${failure}`
      const share = found.isUnfinished ? await readProgress(sql, layout, id) : undefined
      return {
        kind: 'flat',
        reason: `every vector is compared: ${because}`,
        ...(share !== undefined && { building: share }),
      }
    },
    async close() {
      closing.abort()
      await building
    },
  }
}

/** Share done of an index that is being built. */
const readProgress = async (sql: Sql, layout: Layout, id: number): Promise<number | undefined> => {
  const [row] = await sql.all<{ share: number }>(
    `SELECT (tuples_done::float8 / greatest(tuples_total, 1)) AS share FROM pg_catalog.pg_stat_progress_create_index
     WHERE relid = to_regclass($1)`,
    [recordsTable(layout, id)],
  )
  return row && Math.min(1, row.share)
}
