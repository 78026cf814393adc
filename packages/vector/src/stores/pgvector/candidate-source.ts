import type { CandidateSource } from '../../driver-kit/candidate-source.ts'
import { createBindings } from './bindings.ts'
import { type CollectionRow, shapeOf } from './collection-row.ts'
import type { Graph } from './graph.ts'
import { recordsTable } from './layout.ts'
import { liveRecords } from './live.ts'
import { matchWords } from './match-words.ts'
import type { Sql } from './postgres.ts'
import { fetchRecords } from './read-records.ts'
import type { Where } from './where.ts'
import { exactNearest, graphNearest } from './search-vectors.ts'

/** The lists of one search, read inside one transaction. */
export const createCandidateSource = (
  sql: Sql,
  where: Where,
  { row, graph }: { row: CollectionRow; graph: Graph },
): CandidateSource => ({
  name: row.name,
  shape: async () => shapeOf(row),
  async dense(vector, { k, filter, exact }) {
    const shape = shapeOf(row)
    if (!shape) return []
    const query = { ...where, metric: shape.metric, vector, k, filter }
    const usable = exact ? undefined : await graph.usable(sql, row)
    if (!usable) return exactNearest(sql, query)
    if (!filter) graph.asked(vector, row)
    return (await graphNearest(sql, query, usable.shape, usable.ef)) ?? exactNearest(sql, query)
  },
  async keyword(text, { k, filter, words }) {
    const bindings = createBindings()
    const match = matchWords(text, words, { layout: where.layout, tokenizer: row.tokenizer }, bindings)
    if (!match) return []
    return sql.all(
      `SELECT r.id, ${match.rank} AS raw FROM ${recordsTable(where.layout, row.id)} r, ${match.from}
       WHERE ${match.condition} AND ${liveRecords(filter, where, bindings)}
       ORDER BY raw DESC, r.id LIMIT ${bindings.bind(k)}::int`,
      bindings.values,
    )
  },
  fetch: (ids, options) => fetchRecords(sql, where, ids, options),
})
