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
import { readVector } from './blocks.ts'
import { noCollection } from './collection-row.ts'
import { translateFilter } from './translate-filter.ts'

const IDS_A_STATEMENT = 500

export interface RecordReader {
  get(ids: string[], options: CallOptions): Promise<VectorRecord[]>
  count(filter: FilterNode | undefined): Promise<number>
  scroll(options: CheckedScroll): Promise<ScrollPage>
}

/** Reading of one collection, but for searching it. Each method is one statement a page, so each page is one snapshot. */
export const createRecordReader = (database: Database, { id, name }: { id: number; name: string }): RecordReader => ({
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
  if (!(await database.get('SELECT 1 FROM vector_collections WHERE id = ?', [id]))) throw noCollection(name)
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
