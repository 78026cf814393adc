import type { GraphShape } from './distance.ts'
import { decodeVector } from './encode-vector.ts'
import { type Layout, recordsTable } from './layout.ts'
import type { Sql } from './postgres.ts'
import { exactNearest, graphNearest, MAX_EF } from './search-vectors.ts'
import { type CollectionRow, shapeOf } from './collection-row.ts'

/** Queries asked both ways. */
export const SAMPLES = 16
const K = 10
/** From what pgvector looks at by itself to the most it can. */
const WIDTHS: readonly number[] = [40, 80, 160, 320, 640, MAX_EF]

/**
 * Asks graph and exact search the same, with more and more candidates until the share of true neighbours found is what
 * the collection wants.
 *
 * @param asked queries there were; stored vectors stand in where there are none yet.
 */
export const measureRecall = async (
  sql: Sql,
  layout: Layout,
  row: CollectionRow,
  shape: GraphShape,
  asked: readonly Float32Array[],
): Promise<{ ef: number; recall: number }> => {
  const vectors = asked.length ? asked : await readSamples(sql, layout, row)
  const { metric } = shapeOf(row)!
  const queries = vectors.map((vector) => ({
    layout,
    id: row.id,
    metric,
    k: K,
    filter: undefined,
    // Nothing has ended: whatever is in the table can be found.
    now: -Infinity,
    vector,
  }))
  const truths: Set<string>[] = []
  for (const query of queries) truths.push(new Set((await exactNearest(sql, query)).map(({ id }) => id)))
  let recall = 0
  for (const ef of WIDTHS) {
    let found = 0
    for (const [index, query] of queries.entries()) {
      const hits = await inTransaction(sql, () => graphNearest(sql, query, shape, ef))
      found += hits?.filter(({ id }) => truths[index]!.has(id)).length ?? 0
    }
    recall = found / truths.reduce((sum, { size }) => sum + size, 0)
    if (recall >= row.target) return { ef, recall }
  }
  return { ef: MAX_EF, recall }
}

const readSamples = async (sql: Sql, layout: Layout, { id }: CollectionRow): Promise<Float32Array[]> => {
  const table = recordsTable(layout, id)
  const rows = await sql.all<{ vector: Uint8Array }>(
    `SELECT ${layout.vector}.vector_send(r.vector) AS vector FROM ${table} r WHERE r.id IN
       (SELECT s.id FROM ${table} s WHERE s.vector IS NOT NULL ORDER BY random() LIMIT ${SAMPLES})`,
  )
  return rows.map(({ vector }) => decodeVector(vector, 0))
}

/** The settings of a search hold for one. */
const inTransaction = async <T>(sql: Sql, work: () => Promise<T>): Promise<T> => {
  await sql.all('BEGIN READ ONLY')
  try {
    return await work()
  } finally {
    await sql.all('ROLLBACK')
  }
}
