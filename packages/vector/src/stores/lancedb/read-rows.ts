import type { JsonObject } from '@rt/core'
import type { Table } from '@lancedb/lancedb'
import { createPacer } from '../../driver-kit/pacer.ts'
import { IDS_A_STATEMENT, allOf, idIsOneOf } from './sql-text.ts'

/** A record as it is read. Columns that were not asked for are null or undefined. */
export interface ReadRow {
  id: string
  text: string | null
  metadata: string
  expires: number | null
  vector: Float32Array | undefined
}

export type Column = keyof ReadRow

/** What an Arrow table gives of its columns. */
interface Columns {
  numRows: number
  getChild(name: string): { get(index: number): unknown } | null
}

/** Rows of a query's answer. */
export const readColumns = (table: unknown): ReadRow[] => {
  const { numRows } = table as Columns
  const child = (name: string): { get(index: number): unknown } | null => (table as Columns).getChild(name)
  const [id, text, metadata, expires, vector] = ['id', 'text', 'metadata', 'expires', 'vector'].map(child)
  return Array.from({ length: numRows }, (_, index) => {
    const found = vector?.get(index) as { toArray(): Float32Array } | null | undefined
    return {
      id: id!.get(index) as string,
      text: (text?.get(index) ?? null) as string | null,
      metadata: (metadata?.get(index) ?? '{}') as string,
      expires: (expires?.get(index) ?? null) as number | null,
      // A copy: the original is a window on the memory of the whole answer.
      vector: found ? Float32Array.from(found.toArray()) : undefined,
    }
  })
}

/** Those of the records that are there, by id. */
export const readByIds = async (
  table: Table,
  ids: readonly string[],
  { columns, only, signal }: { columns: readonly Column[]; only: string | undefined; signal?: AbortSignal | undefined },
): Promise<Map<string, ReadRow>> => {
  const pace = createPacer(signal)
  const asked = [...new Set(ids)]
  const found = new Map<string, ReadRow>()
  for (let i = 0; i < asked.length; i += IDS_A_STATEMENT) {
    const some = asked.slice(i, i + IDS_A_STATEMENT)
    const answer = await table
      .query()
      .where(allOf(idIsOneOf(some), only)!)
      .select([...columns])
      .toArrow()
    for (const row of readColumns(answer)) found.set(row.id, row)
    const pause = pace()
    if (pause) await pause
  }
  return found
}

export const parseMetadata = (json: string): JsonObject => JSON.parse(json) as JsonObject
