import type { Reader } from '@rt/node/sqlite/in-thread'
import type { CandidateSource, FetchedRecord, RankedHit } from '../../../driver-kit/candidate-source.ts'
import { corrupt } from '../blocks.ts'
import { matchExpression } from '../match-expression.ts'
import { onlyLive } from '../live.ts'
import { textTable } from '../migrations.ts'
import { translateFilter } from '../translate-filter.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { readyFields } from './ready-fields.ts'
import type { LoadedCollection } from './loaded-collection.ts'
import { nearest } from './nearest.ts'

/** What one search asks of a collection, inside its read transaction. */
export interface CollectionSource extends CandidateSource {
  /** Metadata of what was fetched, as it is stored: parsed where it is needed, on the other side. */
  metadataOf(id: string): string
}

interface Row {
  key: string
  slot: number | null
  text: string | null
  metadata: string
}

export interface SourceOptions {
  /** Milliseconds since 1970: what ended before is not there. */
  now: number
  /** Candidates that are wanted in the end: a list no longer than this is read with its rows. */
  pool: number
  keeper: IndexKeeper
  fewMatches: number
}

export const createCollectionSource = (
  reader: Reader,
  collection: LoadedCollection,
  { now, pool, keeper, fewMatches }: SourceOptions,
): CollectionSource => {
  /** Row numbers of what the lists found. */
  const records = new Map<string, number>()
  const rows = new Map<string, Row>()
  const keyOf = reader.prepare('SELECT key FROM vector_records WHERE id = ? AND slot = ?')
  const rowOf = reader.prepare('SELECT key, slot, text, metadata FROM vector_records WHERE id = ?')

  /** The id of a record; undefined when its row says that its vector is elsewhere. */
  const readRow = (record: number, slot?: number): string | undefined => {
    const row = rowOf.get<Row>(record)
    if (!row || (slot !== undefined && row.slot !== slot)) return undefined
    rows.set(row.key, row)
    return row.key
  }

  return {
    name: collection.name,
    shape: async () => {
      const { dimensions, metric } = collection.state
      return dimensions === undefined ? undefined : { metric, dimensions }
    },
    dense: async (vector, { k, filter, exact }) => {
      const { flat, graph, stamps } = collection
      const hits: RankedHit[] = []
      if (!flat) return hits
      const only = collection.allowed(filter, now)
      const started = performance.now()
      const { hits: found, throughGraph } = nearest({ flat, graph }, vector, k, {
        only,
        exact,
        ef: keeper.ef,
        fewMatches,
      })
      if (!only) keeper.served(vector, throughGraph ? undefined : performance.now() - started)
      for (let i = 0; i < found.slots.length; i++) {
        const slot = found.slots[i]!
        const record = stamps.records[slot]!
        const id = k <= pool ? readRow(record, slot) : keyOf.get<{ key: string }>(record, slot)?.key
        if (id === undefined) throw corrupt(collection.name, `slot ${slot}`)
        records.set(id, record)
        hits.push({ id, raw: found.raw[i]! })
      }
      return hits
    },
    keyword: async (text, { k, filter, words }) => {
      const match = matchExpression(text, words, collection.state.options.tokenizer)
      if (match === undefined) return []
      const table = textTable(collection.id)
      const live = onlyLive(collection.id, now)
      const condition = translateFilter(filter, filter && readyFields(reader, collection.id))
      // FTS5's rank is bm25() with the better match the more negative. CROSS JOIN keeps the text index outermost.
      const found = reader
        .prepare(
          `SELECT r.id AS record, r.key, -${table}.rank AS bm25 FROM ${table}
           CROSS JOIN vector_records r ON r.id = ${table}.rowid
           WHERE ${table} MATCH ?${live.sql}${condition.sql} ORDER BY rank LIMIT ?`,
        )
        .all<{ record: number; key: string; bm25: number }>(match, ...live.params, ...condition.params, k)
      for (const { key, record } of found) records.set(key, record)
      return found
        .toSorted((a, b) => b.bm25 - a.bm25 || a.record - b.record)
        .map(({ key, bm25 }) => ({ id: key, raw: bm25 }))
    },
    fetch: async (ids, { vectors }) =>
      ids.map((id): FetchedRecord => {
        if (!rows.has(id)) readRow(records.get(id)!)
        const row = rows.get(id)!
        const vector = vectors && row.slot !== null ? collection.flat?.vector(row.slot) : undefined
        return { id, text: row.text ?? undefined, metadata: {}, vector }
      }),
    metadataOf: (id) => rows.get(id)!.metadata,
  }
}
