import type { Metric } from '@rt/core'
import type { RankedHit } from '../../driver-kit/candidate-source.ts'
import type { FilterNode } from '../../filter/index.ts'
import { createBindings } from './bindings.ts'
import { distance, type GraphShape, rawScore } from './distance.ts'
import { encodeVector, toText, unitText } from './encode-vector.ts'
import { type Layout, recordsTable } from './layout.ts'
import { liveRecords } from './live.ts'
import type { Sql } from './postgres.ts'
import type { Where } from './where.ts'

/** pgvector looks at no more candidates at once. */
export const MAX_EF = 1000
/** Elements of a graph a filtered search goes through before the exact one takes over. */
const MAX_SCANNED = 20_000

export interface NearestQuery extends Where {
  metric: Metric
  vector: Float32Array
  k: number
  filter: FilterNode | undefined
}

/** Compares every vector, in float32. */
export const exactNearest = async (sql: Sql, query: NearestQuery): Promise<RankedHit[]> => {
  const { layout, id, metric, vector, k, filter } = query
  const bindings = createBindings()
  const given = `${bindings.bind(encodeVector(vector, metric === 'cosine').text)}::${layout.vector}.vector`
  const live = liveRecords(filter, query, bindings)
  const between = distance(layout, metric, 'r.vector', given)
  // The sum is what no graph is ordered by.
  return sql.all<RankedHit>(
    `SELECT r.id, ${rawScore(metric, between)} AS raw FROM ${recordsTable(layout, id)} r
     WHERE r.vector IS NOT NULL AND ${live} ORDER BY ${between} + 0::float8, r.id LIMIT ${bindings.bind(k)}::int`,
    bindings.values,
  )
}

/**
 * The best of a graph's candidates, compared again in float32.
 *
 * @returns undefined when the graph did not give enough, and the exact search may.
 */
export const graphNearest = async (
  sql: Sql,
  query: NearestQuery,
  shape: GraphShape,
  ef: number,
): Promise<RankedHit[] | undefined> => {
  const { layout, id, metric, vector, k, filter } = query
  const candidates = k + Math.max(k, 20)
  const width = Math.min(MAX_EF, Math.max(ef, candidates))
  // Without iterative scans a graph gives no more than it looks at.
  if (!layout.hasIterativeScan && k > width) return undefined
  await setUp(sql, layout, width)
  const bindings = createBindings()
  const given = `${bindings.bind(encodeVector(vector, metric === 'cosine').text)}::${layout.vector}.vector`
  const asked = `${bindings.bind(shape.isHalf ? unitText(vector) : toText(vector))}::${shape.type}`
  const live = liveRecords(filter, query, bindings)
  const rows = await sql.all<RankedHit>(
    `WITH near AS MATERIALIZED (
       SELECT r.id, r.vector FROM ${recordsTable(layout, id)} r WHERE ${live}
       ORDER BY ${shape.expression} ${shape.operator} ${asked} LIMIT ${bindings.bind(candidates)}::int)
     SELECT id, ${rawScore(metric, distance(layout, metric, 'vector', given))} AS raw FROM near WHERE vector IS NOT NULL
     ORDER BY ${distance(layout, metric, 'vector', given)}, id LIMIT ${bindings.bind(k)}::int`,
    bindings.values,
  )
  if (rows.length >= k) return rows
  await sql.all("SELECT set_config('enable_seqscan', 'on', true)")
  return undefined
}

/** For the rest of the transaction. */
const setUp = async (sql: Sql, { hasIterativeScan }: Layout, width: number): Promise<void> => {
  const settings = [
    ['hnsw.ef_search', String(width)],
    ['jit', 'off'],
    // Its cost leaves out that long vectors lie elsewhere, so it would be taken for far too many records.
    ['enable_seqscan', 'off'],
    ...(hasIterativeScan
      ? [
          // Relaxed: what comes is compared again anyway.
          ['hnsw.iterative_scan', 'relaxed_order'],
          ['hnsw.max_scan_tuples', String(MAX_SCANNED)],
        ]
      : []),
  ]
  await sql.all(`SELECT ${settings.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(', ')}`)
}
