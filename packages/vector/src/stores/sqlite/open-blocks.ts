import type { Transaction } from '@rt/node/sqlite'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { aligned, emptyBlock, freeSlots, type OpenBlock, toBytes, usedVectors } from './blocks.ts'
import type { PlacedRecord } from './place-records.ts'
import { runEach } from './run-each.ts'
import type { StoredKey } from './stored-keys.ts'

/** A block of large vectors is a megabyte. */
const BLOCKS_A_MESSAGE = 2

export const blockOf = (slot: number): number => Math.floor(slot / BLOCK_SLOTS)

/** Blocks a write changes. */
export interface Touched {
  /** Blocks of which a vector changes. */
  vectors: Set<number>
  /** Blocks of which a slot changes hands. */
  slots: Set<number>
}

export const touchedBlocks = (placed: PlacedRecord[], stored: Map<string, StoredKey>): Touched => {
  const vectors = new Set(placed.flatMap(({ slot }) => (slot === undefined ? [] : [blockOf(slot)])))
  return { vectors, slots: new Set([...vectors, ...slotsOf(stored)]) }
}

export const slotsOf = (stored: Map<string, StoredKey>): Set<number> =>
  new Set([...stored.values()].flatMap(({ slot }) => (slot === null ? [] : [blockOf(slot)])))

export const openBlocks = async (
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
export const releaseSlots = (
  blocks: Map<number, OpenBlock>,
  placed: PlacedRecord[],
  stored: Map<string, StoredKey>,
): void => {
  const kept = new Set(placed.flatMap(({ slot }) => (slot === undefined ? [] : [slot])))
  for (const { slot } of stored.values())
    if (slot !== null && !kept.has(slot)) blocks.get(blockOf(slot))!.records[slot % BLOCK_SLOTS] = 0
}

export const saveBlocks = async (
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

const batches = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
