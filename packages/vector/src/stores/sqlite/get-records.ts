import { type CallOptions, type JsonObject, throwIfAborted, type VectorRecord } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { createPacer } from '../../driver-kit/pacer.ts'
import { readVector } from './blocks.ts'
import { onlyLive } from './live.ts'

const IDS_A_STATEMENT = 500

interface RecordRow {
  id: string
  text: string | null
  metadata: string
  expires: number | null
  dimensions: number | null
  vector: Uint8Array | null
  checksum: Uint8Array | null
}

/** Whole records, in the order asked, without those that are not there. */
export const getRecords = async (
  database: Database,
  { id, name }: { id: number; name: string },
  ids: string[],
  { signal, now, vectors = true }: CallOptions & { now: number; vectors?: boolean },
): Promise<VectorRecord[]> => {
  const pace = createPacer(signal)
  const asked = [...new Set(ids)]
  const live = onlyLive(id, now)
  const found = new Map<string, VectorRecord>()
  for (let i = 0; i < asked.length; i += IDS_A_STATEMENT) {
    throwIfAborted(signal)
    const rows = await database.all<RecordRow>(
      `SELECT r.key AS id, r.text, r.metadata, r.expires, ${vectors ? VECTOR : NO_VECTOR}
       WHERE r.collection = ?${live.sql} AND r.key IN (SELECT value FROM json_each(?))`,
      [id, ...live.params, JSON.stringify(asked.slice(i, i + IDS_A_STATEMENT))],
    )
    for (const row of rows) {
      found.set(row.id, toRecord(row, name))
      const pause = pace()
      if (pause) await pause
    }
  }
  return asked.flatMap((key) => found.get(key) ?? [])
}

const VECTOR = `c.dimensions,
    substr(d.vectors, (r.slot % 256) * c.dimensions * 4 + 1, c.dimensions * 4) AS vector,
    substr(b.checksums, (r.slot % 256) * 4 + 1, 4) AS checksum
  FROM vector_records r JOIN vector_collections c ON c.id = r.collection
  LEFT JOIN vector_blocks b ON b.collection = r.collection AND b.block = r.slot / 256
  LEFT JOIN vector_data d ON d.id = b.id`

const NO_VECTOR = 'NULL AS dimensions, NULL AS vector, NULL AS checksum FROM vector_records r'

const toRecord = (
  { id, text, metadata, expires, dimensions, vector, checksum }: RecordRow,
  collection: string,
): VectorRecord => ({
  id,
  ...(vector && checksum && { vector: readVector(vector, checksum, dimensions!, { collection, id }) }),
  ...(text !== null && { text }),
  metadata: JSON.parse(metadata) as JsonObject,
  ...(expires !== null && { expires }),
})
