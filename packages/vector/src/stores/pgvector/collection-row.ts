import type { CollectionOptions, Metric, Tokenizer } from '@rt/core'
import { noCollection, type StoredStamp } from '../../driver-kit/check-collection.ts'
import type { Layout } from './layout.ts'
import type { Sql } from './postgres.ts'

/** A row of `collections`. */
export interface CollectionRow extends StoredStamp {
  id: number
  name: string
  dimensions: number | null
  metric: Metric | null
  fingerprint: string | null
  tokenizer: Tokenizer
  ttl: number | null
  index: NonNullable<CollectionOptions['index']>
  target: number
  ef: number | null
  recall: number | null
}

/** pgvector keeps no longer ones. */
export const MAX_DIMENSIONS = 16_000

export const COLUMNS =
  'c.id, c.name, c.dimensions, c.metric, c.fingerprint, c.tokenizer, c.ttl, c.index, c.target, c.ef, c.recall'

export const optionsOf = ({ tokenizer, ttl, index, target }: CollectionRow): CollectionOptions => ({
  tokenizer,
  ...(ttl !== null && { ttl }),
  index,
  recall: target,
})

/** What its vectors are compared by, once it has any. */
export const shapeOf = ({ dimensions, metric }: CollectionRow): { dimensions: number; metric: Metric } | undefined =>
  dimensions === null ? undefined : { dimensions, metric: metric ?? 'cosine' }

/** By number; it may have been dropped. */
export const readRow = async (sql: Sql, { schema }: Layout, id: number, name: string): Promise<CollectionRow> => {
  const [row] = await sql.all<CollectionRow>(`SELECT ${COLUMNS} FROM ${schema}.collections c WHERE c.id = $1`, [id])
  if (!row) throw noCollection(name)
  return row
}

/** By name or alias. */
export const findRow = async (sql: Sql, { schema }: Layout, name: string): Promise<CollectionRow | undefined> => {
  const [row] = await sql.all<CollectionRow>(
    `SELECT ${COLUMNS} FROM ${schema}.collections c
     WHERE c.name = $1 OR c.id = (SELECT a.collection FROM ${schema}.aliases a WHERE a.name = $1)`,
    [name],
  )
  return row
}
