import { RtError } from '@rt/core'
import { type CheckedRecord, checkShape, recordName } from '../../driver-kit/check-records.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import { type CollectionRow, MAX_DIMENSIONS, readRow, shapeOf } from './collection-row.ts'
import { encodeJsonText, encodeText } from './encode-text.ts'
import { encodeVector } from './encode-vector.ts'
import { indexedWords, plainWords } from './indexed-words.ts'
import { type Layout, recordsTable } from './layout.ts'
import { toWords } from './match-words.ts'
import type { Sql } from './postgres.ts'
import { setDimensions } from './records-table.ts'

/** One statement takes about so much: the driver makes its message in one go, during which nothing else runs. */
const RECORDS_A_STATEMENT = 250
const BYTES_A_STATEMENT: number = 4 * 1024 * 1024

/** A record as it is stored, all its values as Postgres reads them. */
interface EncodedRecord {
  id: string
  vector: string | null
  scale: number
  text: string | null
  words: string | null
  metadata: string
  expires: number | null
}

/**
 * Replaces records, inside the transaction given. In the order of their ids: two writers of the same records wait for
 * each other and do not deadlock. JavaScript's order of texts will do, and is twenty times as fast to compare as bytes: those who
 * lock in the order of Postgres lock others first only beyond U+FFFF, and a deadlock is tried anew.
 *
 * @returns the collection as it is then: the first vector fixes the dimensions.
 */
export const writeRecords = async (
  sql: Sql,
  layout: Layout,
  given: CollectionRow,
  records: CheckedRecord[],
  now: number,
): Promise<CollectionRow> => {
  const first = records.find(({ vector }) => vector)?.vector
  const row = first && given.dimensions === null ? await fixDimensions(sql, layout, given, first.length) : given
  const shape = shapeOf(row)
  const encoded: EncodedRecord[] = []
  const pace = createPacer()
  for (const { key, vector, text, metadata, expires } of records) {
    if (vector) checkShape(vector, recordName(key), { name: row.name, ...shape! })
    const stored = vector && encodeVector(vector, shape!.metric === 'cosine')
    encoded.push({
      id: key,
      vector: stored?.text ?? null,
      scale: stored?.scale ?? 0,
      text: text === undefined ? null : encodeText(text),
      words: text === undefined ? null : row.tokenizer === 'trigram' ? plainWords(text) : indexedWords(text),
      metadata: encodeJsonText(metadata),
      expires: expires ?? (row.ttl === null ? null : now + row.ttl),
    })
    const pause = pace()
    if (pause) await pause
  }
  encoded.sort((a, b) => (a.id < b.id ? -1 : 1))
  const statement = insertStatement(layout, row)
  for (const part of statementsOf(encoded)) await sql.all(statement, columnsOf(part))
  return row
}

/** Reads the row anew under a lock: another writer may have been first. */
const fixDimensions = async (
  sql: Sql,
  layout: Layout,
  { id, name }: CollectionRow,
  dimensions: number,
): Promise<CollectionRow> => {
  if (dimensions > MAX_DIMENSIONS)
    throw new RtError({
      code: 'invalid_request',
      message: `collection "${name}": the vectors have ${dimensions} dimensions, pgvector takes up to ${MAX_DIMENSIONS}.`,
    })
  await sql.all(`SELECT 1 FROM ${layout.schema}.collections WHERE id = $1 FOR UPDATE`, [id])
  const row = await readRow(sql, layout, id, name)
  if (row.dimensions !== null) return row
  await setDimensions(sql, layout, id, dimensions)
  await sql.all(`UPDATE ${layout.schema}.collections SET dimensions = $2, metric = 'cosine' WHERE id = $1`, [
    id,
    dimensions,
  ])
  return { ...row, dimensions, metric: 'cosine' }
}

const insertStatement = (layout: Layout, { id, tokenizer }: CollectionRow): string =>
  `INSERT INTO ${recordsTable(layout, id)} AS r (id, vector, scale, text, words, metadata, expires)
   SELECT given.id, given.vector::${layout.vector}.vector, given.scale, given.text, ${toWords(layout, tokenizer, 'given.words')},
     given.metadata::jsonb, given.expires
   FROM unnest($1::text[], $2::text[], $3::int2[], $4::text[], $5::text[], $6::text[], $7::float8[])
     AS given (id, vector, scale, text, words, metadata, expires)
   ON CONFLICT (id) DO UPDATE SET vector = excluded.vector, scale = excluded.scale, text = excluded.text,
     words = excluded.words, metadata = excluded.metadata, expires = excluded.expires`

const columnsOf = (records: EncodedRecord[]): unknown[] =>
  (['id', 'vector', 'scale', 'text', 'words', 'metadata', 'expires'] as const).map((name) =>
    records.map((record) => record[name]),
  )

function* statementsOf(records: EncodedRecord[]): Generator<EncodedRecord[]> {
  let part: EncodedRecord[] = []
  let bytes = 0
  for (const record of records) {
    part.push(record)
    bytes += (record.vector?.length ?? 0) + 2 * (record.text?.length ?? 0) + record.metadata.length
    if (part.length < RECORDS_A_STATEMENT && bytes < BYTES_A_STATEMENT) continue
    yield part
    part = []
    bytes = 0
  }
  if (part.length) yield part
}
