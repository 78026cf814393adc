import { type JsonObject, RtError } from '@rt/core'
import { createPacer } from '../../driver-kit/pacer.ts'
import { contentChecksum, vectorChecksum } from './checksums.ts'
import type { CollectionContext } from './collection-context.ts'
import { allOf, idIsOneOf, IDS_A_STATEMENT } from './sql-text.ts'

/** A record as it is read. */
export interface ReadRow {
  id: string
  text: string | null
  metadata: string
  expires: number | null
  vector: Float32Array | undefined
}

/** What is used of an Arrow table. */
export interface Columns {
  numRows: number
  getChild(name: string): { get(index: number): unknown } | null
}

const CONTENT = ['id', 'text', 'metadata', 'expires', 'checksum']
const VECTOR = ['vector', 'vector_checksum']

/**
 * Those of the records that are there, by id, checked against their checksums.
 *
 * @param only a condition they must meet as well.
 * @throws RtError `database_corrupt` naming the record.
 */
export const readByIds = async (
  context: CollectionContext,
  ids: readonly string[],
  { vectors, only, signal }: { vectors: boolean; only: string | undefined; signal?: AbortSignal | undefined },
): Promise<Map<string, ReadRow>> => {
  const pace = createPacer(signal)
  const table = await context.table()
  const columns = vectors && (await context.hasVectors()) ? [...CONTENT, ...VECTOR] : CONTENT
  const asked = [...new Set(ids)]
  const found = new Map<string, ReadRow>()
  for (let i = 0; i < asked.length; i += IDS_A_STATEMENT) {
    const condition = allOf(idIsOneOf(asked.slice(i, i + IDS_A_STATEMENT)), only)!
    const answer: Columns = await table.query().where(condition).select(columns).toArrow()
    for (let index = 0; index < answer.numRows; index++) {
      const row = readRow(answer, index, context.name)
      found.set(row.id, row)
      const pause = pace()
      if (pause) await pause
    }
  }
  return found
}

export const parseMetadata = (json: string): JsonObject => JSON.parse(json) as JsonObject

export const readVector = (columns: Columns, index: number): Float32Array | undefined => {
  const found = columns.getChild('vector')?.get(index) as { toArray(): Float32Array } | null | undefined
  // A copy: the original is a window on the memory of the whole answer.
  return found ? Float32Array.from(found.toArray()) : undefined
}

const readRow = (columns: Columns, index: number, collection: string): ReadRow => {
  const at = <T>(name: string): T => (columns.getChild(name)?.get(index) ?? null) as T
  const row: ReadRow = {
    id: at('id'),
    text: at('text'),
    metadata: at('metadata'),
    expires: at('expires'),
    vector: readVector(columns, index),
  }
  if (at<number>('checksum') !== contentChecksum(row)) throw damaged(collection, row.id, 'text or metadata')
  const hasVectors = columns.getChild('vector') !== null
  if (hasVectors && at<number | null>('vector_checksum') !== (row.vector ? vectorChecksum(row.vector) : null))
    throw damaged(collection, row.id, 'vector')
  return row
}

const damaged = (collection: string, id: string, what: string): RtError =>
  new RtError({
    code: 'database_corrupt',
    message: `collection "${collection}": the ${what} of record ${JSON.stringify(id)} is damaged.`,
    hint: 'Restore the folder of the store from a copy, or drop the collection and ingest its sources again.',
    data: { collection, id },
  })
