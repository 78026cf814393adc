import {
  type CallOptions,
  type JsonObject,
  RtError,
  type ScrollPage,
  throwIfAborted,
  type VectorRecord,
} from '@rt/core'
import type { CheckedScroll } from '../../driver-kit/check-changes.ts'
import type { Database } from '@rt/node/sqlite'
import type { FilterNode } from '../../filter/index.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import {
  type BlockPage,
  type CollectionState,
  type KeywordHit,
  type SearchSource,
  type SlotEntry,
  type StoredRow,
} from '../../driver-kit/types.ts'
import { type BlockRow, readBlock, readVector } from './blocks.ts'
import { noCollection } from './collection-row.ts'
import { matchExpression } from './match-expression.ts'
import { textTable } from './migrations.ts'
import { translateFilter } from './translate-filter.ts'

/** Bytes of vectors that one page of blocks carries, about. */
const PAGE_BYTES = 4 * 1024 * 1024
const IDS_A_STATEMENT = 500
const SLOTS_A_STATEMENT = 8192

export interface RecordReader extends SearchSource {
  get(ids: string[], options: CallOptions): Promise<VectorRecord[]>
  count(filter: FilterNode | undefined): Promise<number>
  scroll(options: CheckedScroll): Promise<ScrollPage>
}

/** All reading of one collection. Each method is one statement a page, so each page is one snapshot. */
export const createRecordReader = (database: Database, { id, name }: { id: number; name: string }): RecordReader => ({
  name,
  state: () => readState(database, { id, name }),
  blocksSince: (since, after) => readPage(database, { id, name }, since, after),
  async keyword(text, filter, limit) {
    const match = matchExpression(text)
    if (match === undefined) return []
    return matchText(database, id, match, filter, limit).catch(async (error: unknown) => {
      // The text table goes with a dropped collection: then this says so.
      await readState(database, { id, name })
      throw error
    })
  },
  slots: (filter, options) => readSlots(database, id, filter, options),
  async rows(records) {
    const rows = await database.all<Omit<StoredRow, 'metadata' | 'slot' | 'text'> & NullableRow>(
      `SELECT id AS record, slot, version, key AS id, text, metadata FROM vector_records
       WHERE +collection = ? AND id IN (SELECT value FROM json_each(?))`, // the plus: look up by id, do not scan
      [id, JSON.stringify(records)],
    )
    return rows.map(({ slot, text, metadata, ...row }) => ({
      ...row,
      slot: slot ?? undefined,
      text: text ?? undefined,
      metadata: JSON.parse(metadata) as JsonObject,
    }))
  },
  get: (ids, options) => readRecords(database, { id, name }, ids, options),
  async count(filter) {
    const condition = translateFilter(filter)
    const row = await database.get<{ count: number }>(
      `SELECT (SELECT count(*) FROM vector_records r WHERE r.collection = c.id${condition.sql}) AS count
       FROM vector_collections c WHERE c.id = ?`,
      [...condition.params, id],
    )
    if (!row) throw noCollection(name)
    return row.count
  },
  scroll: (options) => readScrollPage(database, { id, name }, options),
})

interface StateRow {
  version: number
  dimensions: number | null
}

interface NullableRow {
  slot: number | null
  text: string | null
  metadata: string
}

const toState = ({ version, dimensions }: StateRow): CollectionState => ({
  version,
  dimensions: dimensions ?? undefined,
})

const readState = async (database: Database, { id, name }: { id: number; name: string }): Promise<CollectionState> => {
  const row = await database.get<StateRow>('SELECT version, dimensions FROM vector_collections WHERE id = ?', [id])
  if (!row) throw noCollection(name)
  return toState(row)
}

const readPage = async (
  database: Database,
  { id, name }: { id: number; name: string },
  since: number,
  after: number,
): Promise<BlockPage> => {
  // Plain `?` throughout: Node 22.18 refuses numbered parameters bound by position.
  const rows = await database.all<StateRow & (BlockRow | { block: null })>(
    `SELECT c.version, c.dimensions, b.block, b.records, b.checksums, d.vectors FROM vector_collections c
     LEFT JOIN vector_blocks b ON b.collection = c.id AND b.version > ? AND b.block > ?
     LEFT JOIN vector_data d ON d.id = b.id
     WHERE c.id = ? ORDER BY b.block
     LIMIT (SELECT max(1, ${PAGE_BYTES} / (256 * 4 * coalesce(dimensions, 1))) FROM vector_collections WHERE id = ?)`,
    [since, after, id, id],
  )
  const [first] = rows
  if (!first) throw noCollection(name)
  const blocks = rows.flatMap((row) => (row.block === null ? [] : [readBlock(row, first.dimensions!, name)]))
  return { ...toState(first), blocks, next: blocks.at(-1)?.block }
}

const matchText = async (
  database: Database,
  collection: number,
  match: string,
  filter: FilterNode | undefined,
  limit: number,
): Promise<KeywordHit[]> => {
  const table = textTable(collection)
  const condition = translateFilter(filter)
  // FTS5's rank is bm25() with the better match the more negative. CROSS JOIN keeps the text index outermost.
  const rows = await database.all<Omit<KeywordHit, 'slot'> & { slot: number | null }>(
    `SELECT r.id AS record, r.slot, r.version, -${table}.rank AS bm25 FROM ${table}
     CROSS JOIN vector_records r ON r.id = ${table}.rowid
     WHERE ${table} MATCH ?${condition.sql} ORDER BY rank LIMIT ?`,
    [match, ...condition.params, limit],
  )
  return rows
    .map((row) => ({ ...row, slot: row.slot ?? undefined }))
    .toSorted((a, b) => b.bm25 - a.bm25 || a.record - b.record)
}

const readSlots = async (
  database: Database,
  collection: number,
  filter: FilterNode,
  { signal }: CallOptions,
): Promise<SlotEntry[]> => {
  const condition = translateFilter(filter)
  const found: SlotEntry[] = []
  for (let after = -1; ;) {
    throwIfAborted(signal)
    const rows = await database.all<SlotEntry>(
      `SELECT r.slot, r.id AS record FROM vector_records r
       WHERE r.collection = ? AND r.slot > ?${condition.sql} ORDER BY r.slot LIMIT ?`,
      [collection, after, ...condition.params, SLOTS_A_STATEMENT],
    )
    for (const row of rows) found.push(row)
    if (rows.length < SLOTS_A_STATEMENT) return found
    after = rows.at(-1)!.slot
  }
}

interface RecordRow {
  id: string
  text: string | null
  metadata: string
  dimensions: number | null
  vector: Uint8Array | null
  checksum: Uint8Array | null
}

const readRecords = async (
  database: Database,
  { id, name }: { id: number; name: string },
  ids: string[],
  { signal }: CallOptions,
): Promise<VectorRecord[]> => {
  const pace = createPacer(signal)
  const asked = [...new Set(ids)]
  const found = new Map<string, VectorRecord>()
  for (let i = 0; i < asked.length; i += IDS_A_STATEMENT) {
    throwIfAborted(signal)
    const rows = await database.all<RecordRow>(
      `SELECT r.key AS id, r.text, r.metadata, c.dimensions,
         substr(d.vectors, (r.slot % 256) * c.dimensions * 4 + 1, c.dimensions * 4) AS vector,
         substr(b.checksums, (r.slot % 256) * 4 + 1, 4) AS checksum
       FROM vector_records r JOIN vector_collections c ON c.id = r.collection
       LEFT JOIN vector_blocks b ON b.collection = r.collection AND b.block = r.slot / 256
       LEFT JOIN vector_data d ON d.id = b.id
       WHERE r.collection = ? AND r.key IN (SELECT value FROM json_each(?))`,
      [id, JSON.stringify(asked.slice(i, i + IDS_A_STATEMENT))],
    )
    for (const row of rows) {
      found.set(row.id, toRecord(row, name))
      const pause = pace()
      if (pause) await pause
    }
  }
  return asked.flatMap((key) => found.get(key) ?? [])
}

const toRecord = (
  { id, text, metadata, dimensions, vector, checksum }: RecordRow,
  collection: string,
): VectorRecord => ({
  id,
  ...(vector && checksum && { vector: readVector(vector, checksum, dimensions!, { collection, id }) }),
  ...(text !== null && { text }),
  metadata: JSON.parse(metadata) as JsonObject,
})

const readScrollPage = async (
  database: Database,
  { id, name }: { id: number; name: string },
  { filter, limit, after, vectors }: CheckedScroll,
): Promise<ScrollPage> => {
  await readState(database, { id, name })
  const condition = translateFilter(filter)
  const rows = await database.all<{ record: number; key: string }>(
    `SELECT r.id AS record, r.key FROM vector_records r
     WHERE r.collection = ? AND r.id > ?${condition.sql} ORDER BY r.id LIMIT ?`,
    [id, readCursor(after), ...condition.params, limit],
  )
  const found = await readRecords(
    database,
    { id, name },
    rows.map(({ key }) => key),
    {},
  )
  const records = vectors
    ? found
    : found.map(({ id: key, text, metadata }) => ({
        id: key,
        ...(text !== undefined && { text }),
        metadata: metadata!,
      }))
  return { records, ...(rows.length === limit && { next: String(rows.at(-1)!.record) }) }
}

const readCursor = (after: string | undefined): number => {
  const record = after === undefined ? 0 : Number(after)
  if (Number.isSafeInteger(record) && record >= 0) return record
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(after)} is no place to go on from.`,
    hint: 'Give the `next` of the page before.',
  })
}
