import type { Tokenizer } from '@rt/core'
import type { SqlValue, Transaction } from '@rt/node/sqlite'
import { noCollection } from '../../driver-kit/check-collection.ts'
import { type CheckedRecord, checkShape, recordName } from '../../driver-kit/check-records.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { fillSlot } from './blocks.ts'
import { type CollectionRow, optionsOf } from './collection-row.ts'
import { writeFields } from './fields/write-fields.ts'
import { indexText } from './index-text.ts'
import { blockOf, openBlocks, releaseSlots, saveBlocks, slotsOf, touchedBlocks } from './open-blocks.ts'
import { type PlacedRecord, placeRecords } from './place-records.ts'
import { runEach } from './run-each.ts'
import { idsOf, readKeys, storedBytes, wordedIds } from './stored-keys.ts'

/** Records that are prepared together: whole blocks, and no long piece of work for the thread that sends them. */
const CHUNK: number = 8 * BLOCK_SLOTS

/** Inserts or replaces whole records, inside the transaction given. */
export const writeRecords = async (
  tx: Transaction,
  collection: { id: number; name: string },
  records: CheckedRecord[],
  now: number,
): Promise<void> => {
  const row = await readCollection(tx, collection)
  const { ttl, tokenizer } = optionsOf(row)
  const dimensions = dimensionsFor(row, records)
  const version = row.version + 1
  let added = 0
  let bytes = 0
  for (let i = 0; i < records.length; i += CHUNK) {
    const chunk = { version, dimensions, tokenizer, expires: ttl === undefined ? null : now + ttl, now }
    const grown = await writeChunk(tx, row.id, records.slice(i, i + CHUNK), chunk)
    added += grown.records
    bytes += grown.bytes
  }
  await tx.run({
    sql: `UPDATE vector_collections SET version = ?, records = records + ?, bytes = bytes + ?,
            dimensions = coalesce(dimensions, ?), metric = coalesce(metric, 'cosine') WHERE id = ?`,
    params: [version, added, bytes, dimensions ?? null, row.id],
  })
}

interface Chunk {
  version: number
  dimensions: number | undefined
  tokenizer: Tokenizer
  /** Of records that do not say it themselves. */
  expires: number | null
  now: number
}

/** Answers by how much the collection has grown. */
const writeChunk = async (
  tx: Transaction,
  collection: number,
  records: CheckedRecord[],
  { version, dimensions, tokenizer, expires, now }: Chunk,
): Promise<{ records: number; bytes: number }> => {
  const keys = records.map(({ key }) => key)
  const stored = await readKeys(tx, collection, keys, now)
  const placed = await placeRecords(tx, collection, records, stored)
  const blocks = await openBlocks(tx, collection, touchedBlocks(placed, stored), dimensions)
  releaseSlots(blocks, placed, stored)
  const pace = createPacer()
  for (const { slot, record, vector } of placed) {
    if (slot !== undefined) fillSlot(blocks.get(blockOf(slot))!, slot % BLOCK_SLOTS, record, vector!)
    const pause = pace()
    if (pause) await pause
  }
  await runEach(tx, WRITE, rowsOf(placed, { collection, version, expires }))
  await indexText(tx, { id: collection, tokenizer }, { removed: wordedIds(stored), added: placed })
  await writeFields(tx, collection, { removed: idsOf(stored), added: placed.map(({ record }) => record) })
  await saveBlocks(tx, { collection, version, dimensions }, blocks)
  const bytes = placed.reduce((sum, record) => sum + bytesOf(record), 0)
  return { records: placed.length - stored.size, bytes: bytes - storedBytes(stored) }
}

const WRITE = `INSERT INTO vector_records (id, collection, key, version, slot, text, metadata, expires)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET version = excluded.version, slot = excluded.slot, text = excluded.text,
    metadata = excluded.metadata, expires = excluded.expires`

const rowsOf = function* (
  placed: PlacedRecord[],
  rest: { collection: number; version: number; expires: number | null },
): Generator<SqlValue[]> {
  const { collection, version } = rest
  for (const { record, key, slot, text, metadata, expires } of placed)
    yield [record, collection, key, version, slot ?? null, text ?? null, metadata, expires ?? rest.expires]
}

const bytesOf = ({ key, text, metadata }: PlacedRecord): number =>
  Buffer.byteLength(key) + (text === undefined ? 0 : Buffer.byteLength(text)) + Buffer.byteLength(metadata)

/** Removes records, inside the transaction given; answers how many there were that had not ended yet. */
export const deleteRecords = async (
  tx: Transaction,
  collection: { id: number; name: string },
  keys: string[],
  now: number,
): Promise<number> => {
  const row = await readCollection(tx, collection)
  const stored = await readKeys(tx, row.id, keys, now)
  if (stored.size === 0) return 0
  const version = row.version + 1
  const blocks = await openBlocks(tx, row.id, { vectors: new Set(), slots: slotsOf(stored) }, undefined)
  releaseSlots(blocks, [], stored)
  const ids = idsOf(stored)
  await tx.run({
    sql: 'DELETE FROM vector_records WHERE id IN (SELECT value FROM json_each(?))',
    params: [JSON.stringify(ids)],
  })
  await indexText(tx, { id: row.id, ...optionsOf(row) }, { removed: wordedIds(stored), added: [] })
  await writeFields(tx, row.id, { removed: ids, added: [] })
  await saveBlocks(tx, { collection: row.id, version, dimensions: undefined }, blocks)
  await tx.run({
    sql: 'UPDATE vector_collections SET version = ?, records = records - ?, bytes = bytes - ? WHERE id = ?',
    params: [version, stored.size, storedBytes(stored), row.id],
  })
  return [...stored.values()].filter(({ ended }) => !ended).length
}

const readCollection = async (tx: Transaction, { id, name }: { id: number; name: string }): Promise<CollectionRow> => {
  const [row] = await tx.all<CollectionRow>('SELECT * FROM vector_collections WHERE id = ?', [id])
  if (!row) throw noCollection(name)
  return row
}

/** Those of the collection, else of the first vector; undefined while there is no vector at all. */
const dimensionsFor = (row: CollectionRow, records: CheckedRecord[]): number | undefined => {
  const dimensions = row.dimensions ?? records.find(({ vector }) => vector)?.vector?.length
  const shape = { name: row.name, dimensions: dimensions!, metric: row.metric ?? 'cosine' }
  for (const { key, vector } of records) if (vector) checkShape(vector, recordName(key), shape)
  return dimensions
}
