import { type GraphShape, graphShape } from './distance.ts'
import { type CollectionRow, shapeOf } from './collection-row.ts'
import { graphName, type Layout, quoteText, recordsTable } from './layout.ts'
import type { Sql } from './postgres.ts'

/** What there is of a collection's graph. */
export interface GraphState {
  /** What it is or would be over; or why there can be none. */
  shape: GraphShape | string
  /** Searches can use it. */
  isReady: boolean
  /** Begun by somebody who did not come to the end, or who is at it. */
  isUnfinished: boolean
  bytes: number
}

export const readGraphState = async (sql: Sql, layout: Layout, row: CollectionRow): Promise<GraphState> => {
  const shape = shapeOf(row)
  if (!shape) return { shape: 'it has no vectors yet', isReady: false, isUnfinished: false, bytes: 0 }
  const [found] = await sql.all<{ valid: boolean; bytes: number }>(
    `SELECT i.indisvalid AND i.indisready AS valid, pg_relation_size(i.indexrelid)::float8 AS bytes
     FROM pg_catalog.pg_index i WHERE i.indexrelid = to_regclass(${quoteText(`${layout.schema}.${graphName(row.id)}`)})`,
  )
  return {
    shape: graphShape(layout, shape),
    isReady: found?.valid === true,
    isUnfinished: found?.valid === false,
    bytes: found?.bytes ?? 0,
  }
}

/** Whether a collection is worth a graph: whether it has so many vectors. Reads no more rows than that. */
export const hasVectors = async (sql: Sql, layout: Layout, row: CollectionRow, many: number): Promise<boolean> => {
  const [found] = await sql.all<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM
       (SELECT 1 FROM ${recordsTable(layout, row.id)} r WHERE r.vector IS NOT NULL LIMIT $1::int) AS first`,
    [many],
  )
  return found!.count >= many
}

export const createGraphStatement = (
  layout: Layout,
  { id }: { id: number },
  { expression, operators }: GraphShape,
  concurrently: boolean,
): string =>
  `CREATE INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${graphName(id)} ON ${recordsTable(layout, id)}
   USING hnsw (${expression} ${operators}) WITH (m = 16, ef_construction = 100)`
