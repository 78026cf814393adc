import type { CandidateSource } from '../../driver-kit/candidate-source.ts'
import { createBindings } from './bindings.ts'
import { type CollectionRow, shapeOf } from './collection-row.ts'
import type { Graph } from './graph.ts'
import { type Layout, recordsTable } from './layout.ts'
import { liveRecords } from './live.ts'
import { matchWords } from './match-words.ts'
import type { Sql } from './postgres.ts'
import { fetchRecords } from './read-records.ts'
import { exactNearest, graphNearest } from './search-vectors.ts'

/** The lists of one search, read inside one transaction. */
export const createCandidateSource = (
  sql: Sql,
  layout: Layout,
  { row, graph, now }: { row: CollectionRow; graph: Graph; now: number },
): CandidateSource => ({
  name: row.name,
  shape: async () => shapeOf(row),
  async dense(vector, { k, filter, exact }) {
    const shape = shapeOf(row)
    if (!shape) return []
    const query = { layout, id: row.id, metric: shape.metric, now, vector, k, filter }
    const usable = exact ? undefined : await graph.usable(sql, row)
    if (!usable) return exactNearest(sql, query)
    if (!filter) graph.asked(vector, row)
    return (await graphNearest(sql, query, usable.shape, usable.ef)) ?? exactNearest(sql, query)
  },
  async keyword(text, { k, filter, words }) {
    const bindings = createBindings()
    const match = matchWords(text, words, { layout, tokenizer: row.tokenizer }, bindings)
    if (!match) return []
    return sql.all(
      `SELECT r.id, ${match.rank} AS raw FROM ${recordsTable(layout, row.id)} r, ${match.from}
       WHERE ${match.condition} AND ${liveRecords(filter, now, bindings, layout)}
       ORDER BY raw DESC, r.id LIMIT ${bindings.bind(k)}::int`,
      bindings.values,
    )
  },
  fetch: (ids, options) => fetchRecords(sql, { layout, id: row.id, now }, ids, options),
})
