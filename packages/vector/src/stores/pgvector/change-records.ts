import type { CheckedUpdate } from '../../driver-kit/check-changes.ts'
import { mergeMetadata } from '../../driver-kit/merge-metadata.ts'
import type { FilterNode } from '../../filter/index.ts'
import { createBindings } from './bindings.ts'
import { decodeJson, encodeJsonText } from './encode-text.ts'
import { recordsTable } from './layout.ts'
import { liveRecords } from './live.ts'
import type { Sql } from './postgres.ts'
import type { Where } from './where.ts'
import { isStorable } from './read-records.ts'

/** Changes metadata, inside the transaction given; answers how many records there were. */
export const updateRecords = async (sql: Sql, where: Where, updates: CheckedUpdate[]): Promise<number> => {
  const { layout, id } = where
  const table = recordsTable(layout, id)
  const bindings = createBindings()
  const rows = await sql.all<{ id: string; metadata: string }>(
    `SELECT r.id, r.metadata::text AS metadata FROM ${table} r
     WHERE r.id = ANY (${bindings.bind(updates.map(({ key }) => key))}::text[]) AND ${liveRecords(undefined, where, bindings)}
     ORDER BY r.id FOR UPDATE`,
    bindings.values,
  )
  const metadata = new Map(rows.map((row) => [row.id, row.metadata]))
  for (const update of updates) {
    const old = metadata.get(update.key)
    if (old !== undefined) metadata.set(update.key, encodeJsonText(mergeMetadata(update, decodeJson(old))))
  }
  await sql.all(
    `UPDATE ${table} r SET metadata = given.metadata::jsonb
     FROM unnest($1::text[], $2::text[]) AS given (id, metadata) WHERE r.id = given.id`,
    [[...metadata.keys()], [...metadata.values()]],
  )
  return rows.length
}

/** Of these ids, or of all that match; answers how many there were, without those that had ended. */
export const deleteRecords = async (sql: Sql, where: Where, which: string[] | FilterNode): Promise<number> => {
  const { layout, id } = where
  const table = recordsTable(layout, id)
  const bindings = createBindings()
  const wanted = Array.isArray(which)
    ? `r.id = ANY (${bindings.bind(which.filter(isStorable))}::text[])`
    : liveRecords(which, where, bindings)
  // Locked in the order of the ids, as writers lock them.
  const [row] = await sql.all<{ count: number }>(
    `WITH doomed AS MATERIALIZED (SELECT r.id FROM ${table} r WHERE ${wanted} ORDER BY r.id FOR UPDATE),
       gone AS (DELETE FROM ${table} r USING doomed WHERE r.id = doomed.id RETURNING r.expires)
     SELECT count(*)::float8 AS count FROM gone r WHERE ${liveRecords(undefined, where, bindings)}`,
    bindings.values,
  )
  return row!.count
}

/** Removes some records that have ended, but none that another writer holds: that one writes it anew. */
export const sweepRecords = async (sql: Sql, where: Where, limit: number): Promise<void> => {
  const { layout, id } = where
  const table = recordsTable(layout, id)
  await sql.all(
    `WITH ended AS MATERIALIZED (SELECT r.id FROM ${table} r WHERE r.expires <= $1::float8 LIMIT $2::int FOR UPDATE SKIP LOCKED)
     DELETE FROM ${table} r USING ended WHERE r.id = ended.id`,
    [where.now, limit],
  )
}
