import type { CollectionInfo, IndexInfo } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { stampOf } from '../../driver-kit/check-collection.ts'
import { formatPath } from '../../filter/index.ts'
import { type CollectionRow, optionsOf } from './collection-row.ts'

interface DescribedRow extends CollectionRow {
  ended: number
  vectors: number
  endedVectors: number
  aliases: string
  fields: string
}

/** Answers from counts that are kept, so that it costs the same for a large collection. */
const DESCRIBE = `SELECT c.*,
    (SELECT count(*) FROM vector_records WHERE collection = c.id AND expires <= ?) AS ended,
    (SELECT count(slot) FROM vector_records WHERE collection = c.id AND expires <= ?) AS endedVectors,
    (SELECT count(*) FROM vector_blocks WHERE collection = c.id) * 256 -
      (SELECT coalesce(sum(free), 0) FROM vector_blocks WHERE collection = c.id AND free > 0) AS vectors,
    (SELECT json_group_array(alias ORDER BY alias) FROM vector_aliases WHERE collection = c.id) AS aliases,
    (SELECT json_group_array(path ORDER BY id) FROM vector_fields WHERE collection = c.id AND state = 'ready') AS fields
  FROM vector_collections c`

export type IndexOf = (row: CollectionRow) => IndexInfo | Promise<IndexInfo>

/** All collections, by name. */
export const listCollections = async (database: Database, now: number, indexOf: IndexOf): Promise<CollectionInfo[]> => {
  const rows = await database.all<DescribedRow>(`${DESCRIBE} ORDER BY c.name`, [now, now])
  return Promise.all(rows.map((row) => toInfo(row, indexOf)))
}

/** Undefined when it is gone. */
export const describeCollection = async (
  database: Database,
  id: number,
  now: number,
  indexOf: IndexOf,
): Promise<CollectionInfo | undefined> => {
  const row = await database.get<DescribedRow>(`${DESCRIBE} WHERE c.id = ?`, [now, now, id])
  return row && toInfo(row, indexOf)
}

const toInfo = async (row: DescribedRow, indexOf: IndexOf): Promise<CollectionInfo> => {
  const stamp = stampOf(row)
  return {
    name: row.name,
    count: row.records - row.ended,
    vectors: row.vectors - row.endedVectors,
    bytes: row.bytes + row.vectors * (row.dimensions ?? 0) * 4,
    ...(stamp && { stamp }),
    options: optionsOf(row),
    index: await indexOf(row),
    aliases: JSON.parse(row.aliases) as string[],
    fields: (JSON.parse(row.fields) as string[]).map((path) => formatPath(JSON.parse(path) as string[])),
  }
}
