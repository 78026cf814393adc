import type { Transaction } from '@rt/node/sqlite'
import type { CheckedRecord } from '../../driver-kit/check-records.ts'
import { BLOCK_SLOTS } from '../../driver-kit/types.ts'
import { aligned } from './blocks.ts'
import type { StoredKey } from './stored-keys.ts'

export interface PlacedRecord extends CheckedRecord {
  record: number
  slot: number | undefined
}

/** Gives each record its number, and a slot when it has a vector: its own, else a free one, else a new one at the end. */
export const placeRecords = async (
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
