import type { Reader } from '@rt/node/sqlite/in-thread'
import type { CandidateSource, FetchedRecord, RankedHit } from '../../../driver-kit/candidate-source.ts'
import type { Bitmap } from '../../../indexes/index.ts'
import { corrupt } from '../blocks.ts'
import { matchExpression } from '../match-expression.ts'
import { onlyLive } from '../live.ts'
import { textTable } from '../migrations.ts'
import { translateFilter } from '../translate-filter.ts'
import { searchCold } from './cold-filter.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { readyFields } from './ready-fields.ts'
import type { LoadedCollection } from './loaded-collection.ts'
import { type Nearest, nearest } from './nearest.ts'
import type { SearchTuning } from './tuning.ts'

/** What one search asks of a collection, inside its read transaction. */
export interface CollectionSource extends CandidateSource {
  /** Metadata of what was fetched, as it is stored: parsed where it is needed, on the other side. */
  metadataOf(id: string): string
}

const ROWS_A_STATEMENT = 16
const READ_ROWS = `SELECT id AS record, key, slot, text, metadata FROM vector_records
  WHERE id IN (${Array.from({ length: ROWS_A_STATEMENT }, () => '?').join(', ')})`

interface Row {
  record: number
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
  tuning: SearchTuning
}

export const createCollectionSource = (
  reader: Reader,
  collection: LoadedCollection,
  { now, pool, keeper, tuning }: SourceOptions,
): CollectionSource => {
  /** Row numbers of what the lists found. */
  const records = new Map<string, number>()
  const rows = new Map<string, Row>()
  const rowsOf = reader.prepare(READ_ROWS)
  const keyOf = reader.prepare('SELECT key, slot FROM vector_records WHERE id = ?')

  /** Rows by their numbers, some at a time: a statement costs more than a row. */
  const readRows = (wanted: readonly number[]): Map<number, Row> => {
    const found = new Map<number, Row>()
    const some: number[] = []
    for (let start = 0; start < wanted.length; start += ROWS_A_STATEMENT) {
      // The last number fills what is left.
      for (let i = 0; i < ROWS_A_STATEMENT; i++) some[i] = wanted[Math.min(start + i, wanted.length - 1)]!
      for (const row of rowsOf.all<Row>(...some)) {
        found.set(row.record, row)
        rows.set(row.key, row)
      }
    }
    return found
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
      const search = (count: number, only: Bitmap | undefined): Nearest =>
        nearest({ flat, graph }, vector, count, { only, exact, ef: keeper.ef, fewMatches: tuning.fewMatches })
      const cold =
        filter && flat.size >= tuning.sampleFrom && collection.isNewFilter(filter)
          ? searchCold(reader, collection.id, {
              filter,
              k,
              stamps,
              slots: flat.slots,
              nearest: (count) => search(count, collection.allowed(undefined, now)).hits,
            })
          : undefined
      const only = cold ? undefined : collection.allowed(filter, now)
      const started = performance.now()
      const { hits: found, throughGraph } = cold ? { hits: cold, throughGraph: true } : search(k, only)
      if (!only && !cold) keeper.served(vector, throughGraph ? undefined : performance.now() - started)
      const numbers = Array.from(found.slots, (slot) => stamps.records[slot]!)
      const read = k <= pool ? readRows(numbers) : undefined
      for (const [i, record] of numbers.entries()) {
        const slot = found.slots[i]!
        const row = read ? read.get(record) : keyOf.get<Pick<Row, 'key' | 'slot'>>(record)
        if (row?.slot !== slot) throw corrupt(collection.name, `slot ${slot}`)
        records.set(row.key, record)
        hits.push({ id: row.key, raw: found.raw[i]! })
      }
      return hits
    },
    keyword: async (text, { k, filter, words }) => {
      const match = matchExpression(text, words, collection.state.options.tokenizer)
      if (match === undefined) return []
      const table = textTable(collection.id)
      const live = onlyLive(collection.id, now, `${table}.rowid`)
      const condition = translateFilter(filter, filter && readyFields(reader, collection.id))
      // Only a filter looks into the record of every match. `ORDER BY rank` would sort them all, where bm25() with a limit keeps
      // the best; it gives the better match the more negative number. CROSS JOIN keeps the text index outermost.
      const join = condition.sql && `CROSS JOIN vector_records r ON r.id = ${table}.rowid`
      const found = reader
        .prepare(
          `SELECT r.id AS record, r.key, best.bm25 FROM (
             SELECT ${table}.rowid AS id, -bm25(${table}) AS bm25 FROM ${table} ${join}
             WHERE ${table} MATCH ?${live.sql}${condition.sql} ORDER BY bm25 DESC, id LIMIT ?
           ) best CROSS JOIN vector_records r ON r.id = best.id`,
        )
        .all<{ record: number; key: string; bm25: number }>(match, ...live.params, ...condition.params, k)
      for (const { key, record } of found) records.set(key, record)
      return found
        .toSorted((a, b) => b.bm25 - a.bm25 || a.record - b.record)
        .map(({ key, bm25 }) => ({ id: key, raw: bm25 }))
    },
    fetch: async (ids, { vectors }) => {
      readRows(ids.flatMap((id) => (rows.has(id) ? [] : records.get(id)!)))
      return ids.map((id): FetchedRecord => {
        const { slot, text } = rows.get(id)!
        const vector = vectors && slot !== null ? collection.flat?.vector(slot) : undefined
        return { id, text: text ?? undefined, metadata: {}, vector }
      })
    },
    metadataOf: (id) => rows.get(id)!.metadata,
  }
}
