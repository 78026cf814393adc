import type { ScrollPage, VectorRecord } from '@rt/core'
import type { CheckedScroll } from '../../driver-kit/check-changes.ts'
import { readCursor, writeCursor } from '../../driver-kit/id-cursor.ts'
import type { CollectionContext } from './collection-context.ts'
import { conditionOf, notEnded } from './lance-source.ts'
import { type Columns, parseMetadata, readByIds, type ReadRow } from './read-rows.ts'
import { allOf, sqlText } from './sql-text.ts'

export const readRecords = async (
  context: CollectionContext,
  ids: readonly string[],
  signal: AbortSignal | undefined,
  withVectors = true,
): Promise<VectorRecord[]> => {
  const only = notEnded(await context.row(), context.clock())
  const found = await readByIds(context, ids, { vectors: withVectors, only, signal })
  return [...new Set(ids)].flatMap((id) => toRecord(found.get(id)) ?? [])
}

/** In the order of ids. The ids of a page are found first, then its records: only the ids are read beyond the page. */
export const scrollRecords = async (
  context: CollectionContext,
  { filter, limit, after, vectors }: CheckedScroll,
  signal: AbortSignal | undefined,
): Promise<ScrollPage> => {
  const row = await context.row()
  const table = await context.table()
  const condition = allOf(
    after === undefined ? undefined : `id > ${sqlText(readCursor(after))}`,
    conditionOf(row, filter, context.clock()),
  )
  let query = table.query().select(['id']).orderBy({ columnName: 'id' }).limit(limit)
  if (condition !== undefined) query = query.where(condition)
  const answer: Columns = await query.toArrow()
  const ids = Array.from({ length: answer.numRows }, (_, index) => answer.getChild('id')!.get(index) as string)
  const records = await readRecords(context, ids, signal, vectors)
  return { records, ...(ids.length === limit && { next: writeCursor(ids.at(-1)!) }) }
}

const toRecord = (row: ReadRow | undefined): VectorRecord | undefined =>
  row && {
    id: row.id,
    ...(row.vector && { vector: row.vector }),
    ...(row.text !== null && { text: row.text }),
    metadata: parseMetadata(row.metadata),
    ...(row.expires !== null && { expires: row.expires }),
  }
