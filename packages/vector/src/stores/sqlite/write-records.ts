import type { SqlValue, Transaction } from '@rt/node/sqlite'
import { noCollection } from '../../driver-kit/check-collection.ts'
import { type CheckedRecord, checkShape, recordName } from '../../driver-kit/check-records.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { aligned, emptyBlock, fillSlot, freeSlots, type OpenBlock, toBytes, usedVectors } from './blocks.ts'
import { type CollectionRow, optionsOf } from './collection-row.ts'
import { writeFields } from './fields/write-fields.ts'
import { indexText } from './index-text.ts'

/** Rows sent to the writer in one message, so that a big ingest does not stall the sender. */
const ROWS_A_MESSAGE = 250
const BLOCKS_A_MESSAGE = 2

interface StoredKey {
  id: number
  key: string
  slot: number | null
  /** 1 when its text is in the text index. */
  worded: number
  /** Of key, text and metadata. */
  bytes: number
  /** 1 when it has ended, and only was not swept yet. */
  ended: number
}

interface PlacedRecord extends CheckedRecord {
  record: number
  slot: number | undefined
}

/** Inserts or replaces whole records, inside the transaction given. */
export const writeRecords = async (
  tx: Transaction,
  collection: { id: number; name: string },
  records: CheckedRecord[],
  now: number,
): Promise<void> => {
  const row = await readCollection(tx, collection)
  const dimensions = dimensionsFor(row, records)
  const version = row.version + 1
  const { ttl, tokenizer } = optionsOf(row)
  const stored = await readKeys(
    tx,
    row.id,
    records.map(({ key }) => key),
    now,
  )

  const placed = await place(tx, row.id, records, stored)
  const blocks = await openBlocks(tx, row.id, touchedBlocks(placed, stored), dimensions)
  release(blocks, placed, stored)
  const pace = createPacer()
  for (const { slot, record, vector } of placed) {
    if (slot !== undefined) fillSlot(blocks.get(blockOf(slot))!, slot % BLOCK_SLOTS, record, vector!)
    const pause = pace()
    if (pause) await pause
  }

  await runEach(
    tx,
    `INSERT INTO vector_records (id, collection, key, version, slot, text, metadata, expires)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, slot = excluded.slot, text = excluded.text,
       metadata = excluded.metadata, expires = excluded.expires`,
    placed.map(({ record, key, slot, text, metadata, expires }) => [
      record,
      row.id,
      key,
      version,
      slot ?? null,
      text ?? null,
      metadata,
      expires ?? (ttl === undefined ? null : now + ttl),
    ]),
  )
  await indexText(tx, { id: row.id, tokenizer }, { removed: wordedIds(stored), added: placed })
  await writeFields(tx, row.id, { removed: idsOf(stored), added: placed.map(({ record }) => record) })
  await saveBlocks(tx, { collection: row.id, version, dimensions }, blocks)
  await tx.run({
    sql: `UPDATE vector_collections SET version = ?, records = records + ?, bytes = bytes + ?,
            dimensions = coalesce(dimensions, ?), metric = coalesce(metric, 'cosine') WHERE id = ?`,
    params: [
      version,
      placed.length - stored.size,
      sum(placed.map(bytesOf)) - sum([...stored.values()].map(({ bytes }) => bytes)),
      dimensions ?? null,
      row.id,
    ],
  })
}

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
  release(blocks, [], stored)
  await runEach(
    tx,
    'DELETE FROM vector_records WHERE id = ?',
    [...stored.values()].map(({ id }) => [id]),
  )
  await indexText(tx, { id: row.id, ...optionsOf(row) }, { removed: wordedIds(stored), added: [] })
  await writeFields(tx, row.id, { removed: idsOf(stored), added: [] })
  await saveBlocks(tx, { collection: row.id, version, dimensions: undefined }, blocks)
  const gone = [...stored.values()]
  await tx.run({
    sql: 'UPDATE vector_collections SET version = ?, records = records - ?, bytes = bytes - ? WHERE id = ?',
    params: [version, gone.length, sum(gone.map(({ bytes }) => bytes)), row.id],
  })
  return gone.filter(({ ended }) => !ended).length
}

const blockOf = (slot: number): number => Math.floor(slot / BLOCK_SLOTS)

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

const bytesOf = ({ key, text, metadata }: PlacedRecord): number =>
  Buffer.byteLength(key) + (text === undefined ? 0 : Buffer.byteLength(text)) + Buffer.byteLength(metadata)

const idsOf = (stored: Map<string, StoredKey>): number[] => [...stored.values()].map(({ id }) => id)

const wordedIds = (stored: Map<string, StoredKey>): number[] =>
  [...stored.values()].flatMap(({ id, worded }) => (worded ? [id] : []))

const slotsOf = (stored: Map<string, StoredKey>): Set<number> =>
  new Set([...stored.values()].flatMap(({ slot }) => (slot === null ? [] : [blockOf(slot)])))

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

const readKeys = async (
  tx: Transaction,
  collection: number,
  keys: string[],
  now: number,
): Promise<Map<string, StoredKey>> => {
  const found = new Map<string, StoredKey>()
  for (let i = 0; i < keys.length; i += ROWS_A_MESSAGE) {
    const rows = await tx.all<StoredKey>(
      `SELECT id, key, slot, octet_length(text) > 0 AS worded, coalesce(expires <= ?, 0) AS ended,
         octet_length(key) + coalesce(octet_length(text), 0) + octet_length(metadata) AS bytes
       FROM vector_records WHERE collection = ? AND key IN (SELECT value FROM json_each(?))`,
      [now, collection, JSON.stringify(keys.slice(i, i + ROWS_A_MESSAGE))],
    )
    for (const row of rows) found.set(row.key, row)
  }
  return found
}

/** Gives each record its number, and a slot when it has a vector: its own, else a free one, else a new one at the end. */
const place = async (
  tx: Transaction,
  collection: number,
  records: CheckedRecord[],
  stored: Map<string, StoredKey>,
): Promise<PlacedRecord[]> => {
  const [highest] = await tx.all<{ id: number | null }>('SELECT max(id) AS id FROM vector_records')
  let record = highest?.id ?? 0
  const wanted = records.filter(({ key, vector }) => vector && (stored.get(key)?.slot ?? null) === null).length
  const slots = wanted ? await findSlots(tx, collection, wanted) : []
  let next = 0
  return records.map((checked) => {
    const old = stored.get(checked.key)
    const slot = checked.vector && (old?.slot ?? slots[next++]!)
    return { ...checked, slot, record: old?.id ?? ++record }
  })
}

const findSlots = async (tx: Transaction, collection: number, wanted: number): Promise<number[]> => {
  const slots: number[] = []
  const rows = await tx.all<{ block: number; records: Uint8Array }>(
    // The emptiest first: a write then changes as few blocks as can be.
    'SELECT block, records FROM vector_blocks WHERE collection = ? AND free > 0 ORDER BY free DESC, block LIMIT ?',
    [collection, wanted],
  )
  for (const { block, records } of rows) {
    const owners = new Float64Array(aligned(records, 8))
    for (let i = 0; i < owners.length && slots.length < wanted; i++) if (!owners[i]) slots.push(block * BLOCK_SLOTS + i)
  }
  const [last] = await tx.all<{ block: number | null }>(
    'SELECT max(block) AS block FROM vector_blocks WHERE collection = ?',
    [collection],
  )
  for (let slot = ((last?.block ?? -1) + 1) * BLOCK_SLOTS; slots.length < wanted; slot++) slots.push(slot)
  return slots
}

interface Touched {
  /** Blocks of which a vector changes. */
  vectors: Set<number>
  /** Blocks of which a slot changes hands. */
  slots: Set<number>
}

const touchedBlocks = (placed: PlacedRecord[], stored: Map<string, StoredKey>): Touched => {
  const vectors = new Set(placed.flatMap(({ slot }) => (slot === undefined ? [] : [blockOf(slot)])))
  return { vectors, slots: new Set([...vectors, ...slotsOf(stored)]) }
}

const openBlocks = async (
  tx: Transaction,
  collection: number,
  { vectors, slots }: Touched,
  dimensions: number | undefined,
): Promise<Map<number, OpenBlock>> => {
  const blocks = new Map<number, OpenBlock>()
  for (const some of batches([...slots], BLOCKS_A_MESSAGE)) {
    const rows = await tx.all<{
      id: number
      block: number
      records: Uint8Array
      checksums: Uint8Array
      vectors: Uint8Array | null
    }>(
      `SELECT b.id, b.block, b.records, b.checksums, d.vectors FROM vector_blocks b
       LEFT JOIN vector_data d ON d.id = b.id AND b.block IN (SELECT value FROM json_each(?))
       WHERE b.collection = ? AND b.block IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(some.filter((block) => vectors.has(block))), collection, JSON.stringify(some)],
    )
    for (const row of rows) blocks.set(row.block, openBlock(row, dimensions))
  }
  for (const block of vectors) if (!blocks.has(block)) blocks.set(block, emptyBlock(block, dimensions!))
  return blocks
}

const openBlock = (
  row: { id: number; block: number; records: Uint8Array; checksums: Uint8Array; vectors: Uint8Array | null },
  dimensions: number | undefined,
): OpenBlock => {
  const block: OpenBlock = {
    block: row.block,
    id: row.id,
    records: new Float64Array(aligned(row.records, 8)),
    checksums: new Uint32Array(aligned(row.checksums, 4)),
    vectors: undefined,
  }
  if (!row.vectors) return block
  block.vectors = new Float32Array(BLOCK_SLOTS * dimensions!)
  block.vectors.set(new Float32Array(aligned(row.vectors, 4)))
  return block
}

/** Frees the slots of records that go, or that come back without a vector. */
const release = (blocks: Map<number, OpenBlock>, placed: PlacedRecord[], stored: Map<string, StoredKey>): void => {
  const kept = new Set(placed.flatMap(({ slot }) => (slot === undefined ? [] : [slot])))
  for (const { slot } of stored.values())
    if (slot !== null && !kept.has(slot)) blocks.get(blockOf(slot))!.records[slot % BLOCK_SLOTS] = 0
}

const saveBlocks = async (
  tx: Transaction,
  { collection, version, dimensions }: { collection: number; version: number; dimensions: number | undefined },
  blocks: Map<number, OpenBlock>,
): Promise<void> => {
  const all = [...blocks.values()]
  await runEach(
    tx,
    `INSERT INTO vector_blocks (collection, block, version, free, records, checksums) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (collection, block) DO UPDATE SET
       version = excluded.version, free = excluded.free, records = excluded.records, checksums = excluded.checksums`,
    all.map((block) => [
      collection,
      block.block,
      version,
      freeSlots(block),
      toBytes(block.records),
      toBytes(block.checksums),
    ]),
  )
  for (const some of batches(
    all.filter(({ vectors }) => vectors),
    BLOCKS_A_MESSAGE,
  ))
    await tx.run({
      sql: `INSERT INTO vector_data (id, vectors) SELECT id, ? FROM vector_blocks WHERE collection = ? AND block = ?
            ON CONFLICT (id) DO UPDATE SET vectors = excluded.vectors`,
      each: some.map((block) => [usedVectors(block, dimensions!), collection, block.block]),
    })
}

const runEach = async (tx: Transaction, sql: string, rows: SqlValue[][]): Promise<void> => {
  for (const each of batches(rows, ROWS_A_MESSAGE)) await tx.run({ sql, each })
}

const batches = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
