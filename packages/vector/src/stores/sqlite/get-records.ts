import { type CallOptions, type JsonObject, throwIfAborted, type VectorRecord } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { createPacer } from '../../driver-kit/pacer.ts'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { aligned, readVector } from './blocks.ts'
import { onlyLive } from './live.ts'

const IDS_A_STATEMENT = 500
/** SQLite reads a whole block for each vector that is cut out of it: from so many on the block is taken as it is. */
const WHOLE_BLOCK = 8
/** Of whole blocks in one message. */
const BLOCK_BYTES = 8 * 1024 * 1024

interface Where {
  id: number
  name: string
}

interface RecordRow {
  record: number
  id: string
  slot: number | null
  text: string | null
  metadata: string
  expires: number | null
  dimensions: number | null
  /** Of the collection, at the time of reading. */
  version: number
}

interface WholeRow extends RecordRow {
  vector: Uint8Array | null
  checksum: Uint8Array | null
}

/** Whole records, in the order asked, without those that are not there. */
export const getRecords = async (
  database: Database,
  collection: Where,
  ids: string[],
  { signal, now, vectors = true }: CallOptions & { now: number; vectors?: boolean },
): Promise<VectorRecord[]> => {
  const pace = createPacer(signal)
  const asked = [...new Set(ids)]
  const found = new Map<string, VectorRecord>()
  for (let i = 0; i < asked.length; i += IDS_A_STATEMENT) {
    throwIfAborted(signal)
    const rows = await database.all<RecordRow>(...rowsOf(collection.id, asked.slice(i, i + IDS_A_STATEMENT), now))
    const { inBlocks, single } = vectors ? split(rows) : { inBlocks: new Map<number, RecordRow[]>(), single: [] }
    for (const row of rows) {
      found.set(row.id, toRecord(row))
      const pause = pace()
      if (pause) await pause
    }
    for await (const { row, vector } of readBlocks(database, collection, inBlocks)) {
      if (vector) found.get(row.id)!.vector = vector
      else single.push(row)
      const pause = pace()
      if (pause) await pause
    }
    for (const row of single) found.delete(row.id)
    if (!single.length) continue
    const keys = single.map(({ id }) => id)
    for (const row of await database.all<WholeRow>(...wholeRowsOf(collection.id, keys, now)))
      found.set(row.id, toWholeRecord(row, collection.name))
  }
  return asked.flatMap((key) => found.get(key) ?? [])
}

const FROM = `FROM vector_records r JOIN vector_collections c ON c.id = r.collection`
const COLUMNS = 'r.id AS record, r.key AS id, r.slot, r.text, r.metadata, r.expires, c.dimensions, c.version'

const rowsOf = (collection: number, keys: string[], now: number): [string, (string | number)[]] =>
  statement(`SELECT ${COLUMNS} ${FROM}`, collection, keys, now)

/** Vectors too, in one statement, so that nothing is written in between. */
const wholeRowsOf = (collection: number, keys: string[], now: number): [string, (string | number)[]] =>
  statement(
    `SELECT ${COLUMNS}, substr(d.vectors, (r.slot % 256) * c.dimensions * 4 + 1, c.dimensions * 4) AS vector,
       substr(b.checksums, (r.slot % 256) * 4 + 1, 4) AS checksum
     ${FROM}
     LEFT JOIN vector_blocks b ON b.collection = r.collection AND b.block = r.slot / 256
     LEFT JOIN vector_data d ON d.id = b.id`,
    collection,
    keys,
    now,
  )

const statement = (select: string, collection: number, keys: string[], now: number): [string, (string | number)[]] => {
  const live = onlyLive(collection, now)
  return [
    `${select} WHERE r.collection = ?${live.sql} AND r.key IN (SELECT value FROM json_each(?))`,
    [collection, ...(live.params as number[]), JSON.stringify(keys)],
  ]
}

/** Which blocks are read as they are, for which records, and which records are read one by one. */
const split = (rows: RecordRow[]): { inBlocks: Map<number, RecordRow[]>; single: RecordRow[] } => {
  const withVector = rows.filter(({ slot }) => slot !== null)
  const blocks = Map.groupBy(withVector, ({ slot }) => Math.floor(slot! / BLOCK_SLOTS))
  const inBlocks = new Map([...blocks].filter(([, some]) => some.length >= WHOLE_BLOCK))
  return { inBlocks, single: withVector.filter(({ slot }) => !inBlocks.has(Math.floor(slot! / BLOCK_SLOTS))) }
}

interface BlockOfRecords {
  block: number
  version: number
  records: Uint8Array
  checksums: Uint8Array
  vectors: Uint8Array
}

/** Vectors of records; none where the block was written since the record was read, so that it is no longer the same one. */
async function* readBlocks(
  database: Database,
  { id, name }: Where,
  blocks: Map<number, RecordRow[]>,
): AsyncGenerator<{ row: RecordRow; vector: Float32Array | undefined }> {
  const numbers = [...blocks.keys()]
  const dimensions = blocks.values().next().value?.[0]?.dimensions ?? 1
  const atOnce = Math.max(1, Math.floor(BLOCK_BYTES / (BLOCK_SLOTS * dimensions * 4)))
  for (let i = 0; i < numbers.length; i += atOnce) {
    const some = numbers.slice(i, i + atOnce)
    const stored = await database.all<BlockOfRecords>(
      `SELECT b.block, b.version, b.records, b.checksums, d.vectors FROM vector_blocks b JOIN vector_data d ON d.id = b.id
       WHERE b.collection = ? AND b.block IN (SELECT value FROM json_each(?))`,
      [id, JSON.stringify(some)],
    )
    const byNumber = new Map(stored.map((block) => [block.block, block]))
    for (const number of some)
      for (const row of blocks.get(number)!) {
        const block = byNumber.get(number)
        yield { row, vector: block && vectorIn(block, row, name) }
      }
  }
}

const vectorIn = (block: BlockOfRecords, row: RecordRow, collection: string): Float32Array | undefined => {
  const place = row.slot! % BLOCK_SLOTS
  const owner = new Float64Array(aligned(block.records, 8))[place]
  if (block.version > row.version || owner !== row.record) return undefined
  const size = row.dimensions! * 4
  const bytes = block.vectors.subarray(place * size, (place + 1) * size)
  const checksum = block.checksums.subarray(place * 4, (place + 1) * 4)
  return readVector(bytes, checksum, row.dimensions!, { collection, id: row.id })
}

const toRecord = ({ id, text, metadata, expires }: RecordRow): VectorRecord => ({
  id,
  ...(text !== null && { text }),
  metadata: JSON.parse(metadata) as JsonObject,
  ...(expires !== null && { expires }),
})

const toWholeRecord = (row: WholeRow, collection: string): VectorRecord => ({
  ...toRecord(row),
  ...(row.vector &&
    row.checksum && { vector: readVector(row.vector, row.checksum, row.dimensions!, { collection, id: row.id }) }),
})
