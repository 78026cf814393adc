import type { Transaction } from '@rt/node/sqlite'

const KEYS_A_MESSAGE = 250

/** What a write has to know of a record that is there. */
export interface StoredKey {
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

/** Those of the ids that are there. */
export const readKeys = async (
  tx: Transaction,
  collection: number,
  keys: string[],
  now: number,
): Promise<Map<string, StoredKey>> => {
  const found = new Map<string, StoredKey>()
  for (let i = 0; i < keys.length; i += KEYS_A_MESSAGE) {
    const rows = await tx.all<StoredKey>(
      `SELECT id, key, slot, octet_length(text) > 0 AS worded, coalesce(expires <= ?, 0) AS ended,
         octet_length(key) + coalesce(octet_length(text), 0) + octet_length(metadata) AS bytes
       FROM vector_records WHERE collection = ? AND key IN (SELECT value FROM json_each(?))`,
      [now, collection, JSON.stringify(keys.slice(i, i + KEYS_A_MESSAGE))],
    )
    for (const row of rows) found.set(row.key, row)
  }
  return found
}

export const idsOf = (stored: Map<string, StoredKey>): number[] => [...stored.values()].map(({ id }) => id)

/** Of records that are in the text index. */
export const wordedIds = (stored: Map<string, StoredKey>): number[] =>
  [...stored.values()].flatMap(({ id, worded }) => (worded ? [id] : []))

export const storedBytes = (stored: Map<string, StoredKey>): number =>
  [...stored.values()].reduce((sum, { bytes }) => sum + bytes, 0)
