import type { ScrollPage, VectorRecord } from '@rt/core'
import type { FetchedRecord } from '../../driver-kit/candidate-source.ts'
import type { CheckedScroll } from '../../driver-kit/check-changes.ts'
import { readCursor, writeCursor } from '../../driver-kit/id-cursor.ts'
import type { FilterNode } from '../../filter/index.ts'
import { createBindings } from './bindings.ts'
import { decodeJson, decodeText } from './encode-text.ts'
import { decodeVector } from './encode-vector.ts'
import { type Layout, recordsTable } from './layout.ts'
import { liveRecords } from './live.ts'
import type { Sql } from './postgres.ts'
import type { Where } from './where.ts'

interface RecordRow {
  id: string
  text: string | null
  metadata: string
  expires: number | null
  vector: Uint8Array | null
  scale: number
}

export interface StoredRecord extends FetchedRecord {
  expires: number | undefined
}

/** Postgres has no text with NUL or half a surrogate pair, so no record has such an id either. */
export const isStorable = (id: string): boolean => typeof id === 'string' && !id.includes('\0') && id.isWellFormed()

/** One statement gives about so much: the driver reads it in one go, during which nothing else runs. */
const RECORDS_A_STATEMENT = 500

/** Those of the records that are there, in any order. */
export const fetchRecords = async (
  sql: Sql,
  where: Where,
  ids: string[],
  { vectors }: { vectors: boolean },
): Promise<StoredRecord[]> => {
  const { layout, id } = where
  const wanted = ids.filter(isStorable)
  const found: StoredRecord[] = []
  for (let i = 0; i < wanted.length; i += RECORDS_A_STATEMENT) {
    const bindings = createBindings()
    const some = bindings.bind(wanted.slice(i, i + RECORDS_A_STATEMENT))
    const rows = await sql.all<RecordRow>(
      `SELECT ${columns(layout, vectors)} FROM ${recordsTable(layout, id)} r
       WHERE r.id = ANY (${some}::text[]) AND ${liveRecords(undefined, where, bindings)}`,
      bindings.values,
    )
    for (const row of rows) found.push(toStored(row))
  }
  // Asked for nothing, a collection that was dropped is told all the same.
  if (!wanted.length) await sql.all(`SELECT 1 FROM ${recordsTable(layout, id)} LIMIT 0`)
  return found
}

export const countRecords = async (sql: Sql, where: Where, filter: FilterNode | undefined): Promise<number> => {
  const { layout, id } = where
  const bindings = createBindings()
  const [row] = await sql.all<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM ${recordsTable(layout, id)} r WHERE ${liveRecords(filter, where, bindings)}`,
    bindings.values,
  )
  return row!.count
}

/** By id. */
export const scrollRecords = async (
  sql: Sql,
  where: Where,
  { filter, limit, after, vectors }: CheckedScroll,
): Promise<ScrollPage> => {
  const { layout, id } = where
  const records: VectorRecord[] = []
  for (
    let last = after === undefined ? undefined : readCursor(after), isMore = true;
    isMore;
    last = records.at(-1)?.id
  ) {
    const bindings = createBindings()
    const onwards = last === undefined ? 'true' : `r.id > ${bindings.bind(last)}::text`
    const wanted = Math.min(RECORDS_A_STATEMENT, limit - records.length)
    const rows = await sql.all<RecordRow>(
      `SELECT ${columns(layout, vectors)} FROM ${recordsTable(layout, id)} r
       WHERE ${onwards} AND ${liveRecords(filter, where, bindings)} ORDER BY r.id LIMIT ${bindings.bind(wanted)}::int`,
      bindings.values,
    )
    for (const row of rows) records.push(toRecord(toStored(row)))
    isMore = rows.length === wanted && records.length < limit
  }
  return { records, ...(records.length === limit && { next: writeCursor(records.at(-1)!.id) }) }
}

export const toRecord = ({ id, vector, text, metadata, expires }: StoredRecord): VectorRecord => ({
  id,
  ...(vector && { vector }),
  ...(text !== undefined && { text }),
  metadata,
  ...(expires !== undefined && { expires }),
})

const columns = ({ vector }: Layout, vectors: boolean): string =>
  `r.id, r.text, r.metadata::text AS metadata, r.expires, r.scale::int AS scale,
   ${vectors ? `${vector}.vector_send(r.vector)` : 'NULL::bytea'} AS vector`

const toStored = ({ id, text, metadata, expires, vector, scale }: RecordRow): StoredRecord => ({
  id,
  text: text === null ? undefined : decodeText(text),
  metadata: decodeJson(metadata),
  expires: expires ?? undefined,
  vector: vector ? decodeVector(vector, scale) : undefined,
})
