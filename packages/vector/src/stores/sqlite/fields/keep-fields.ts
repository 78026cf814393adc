import type { Database, Transaction } from '@rt/node/sqlite'
import type { HotField } from './field-uses.ts'
import { addValues, type FieldRow } from './write-fields.ts'

/** A filter that reads the metadata of so many records takes some 10 ms: below, an index is not worth its keep. */
const MIN_RECORDS = 10_000
/** Of one collection. Each is written along with every record. */
const MAX_FIELDS = 16
/** Of one transaction: a write that comes meanwhile waits some ten milliseconds. */
const RECORDS_A_STEP = 500
const VALUES_A_STEP = 5000
const DAY = 86_400_000
/** Unused for so long it is dropped, or, where it was refused for its size, may be tried again. */
const UNUSED = 30 * DAY

/** Begins indexes of the fields; what is there, not worth it or too much already is left out. */
export const beginFields = async (database: Database, fields: HotField[], now: number): Promise<void> => {
  for (const { collection, path } of fields)
    await database.transaction(async (tx) => {
      const [state] = await tx.all<{ wanted: number }>(
        `SELECT c.records >= ? AND (SELECT count(*) FROM vector_fields WHERE collection = c.id) < ? AS wanted
         FROM vector_collections c WHERE c.id = ?`,
        [MIN_RECORDS, MAX_FIELDS, collection],
      )
      if (state?.wanted)
        await tx.run({
          sql: `INSERT INTO vector_fields (collection, path, state, used) VALUES (?, ?, 'filling', ?)
                ON CONFLICT (collection, path) DO NOTHING`,
          params: [collection, path, day(now)],
        })
    })
}

/** One small piece of the work there is, in one transaction: after a crash it goes on where it was. False: there is none. */
export const stepFields = async (database: Database, now: number): Promise<boolean> => {
  const next = await database.get<{ id: number; state: string }>(
    `SELECT id, state FROM vector_fields
     WHERE state IN ('filling', 'dropping') OR used < ?
       OR (state = 'refused' AND EXISTS (SELECT 1 FROM vector_field_values WHERE field = vector_fields.id))
     ORDER BY state = 'filling' DESC, id LIMIT 1`,
    [now - UNUSED],
  )
  if (!next) return false
  await database.transaction((tx) => (next.state === 'filling' ? fill(tx, next.id) : clear(tx, next.id, now)))
  return true
}

/** Notes the day of their last use. */
export const touchFields = async (database: Database, fields: HotField[], now: number): Promise<void> => {
  const today = day(now)
  const rows = await database.all<{ id: number; collection: number; path: string }>(
    'SELECT id, collection, path FROM vector_fields WHERE used < ?',
    [today],
  )
  const used = rows.filter((row) =>
    fields.some(({ collection, path }) => collection === row.collection && path === row.path),
  )
  if (used.length)
    await database.write({
      sql: 'UPDATE vector_fields SET used = ? WHERE id = ?',
      each: used.map(({ id }) => [today, id]),
    })
}

const day = (now: number): number => now - (now % DAY)

interface FillingRow extends FieldRow {
  collection: number
  position: string
}

const fill = async (tx: Transaction, id: number): Promise<void> => {
  const [field] = await tx.all<FillingRow>(
    `SELECT id, path, collection, position FROM vector_fields WHERE id = ? AND state = 'filling'`,
    [id],
  )
  if (!field) return
  const rows = await tx.all<{ id: number; key: string }>(
    'SELECT id, key FROM vector_records WHERE collection = ? AND key > ? ORDER BY key LIMIT ?',
    [field.collection, field.position, RECORDS_A_STEP],
  )
  const records = rows.map((row) => row.id)
  if (!(await addValues(tx, field, records))) return
  const done = rows.length < RECORDS_A_STEP
  await tx.run({
    sql: 'UPDATE vector_fields SET state = ?, position = ? WHERE id = ?',
    params: [done ? 'ready' : 'filling', rows.at(-1)?.key ?? field.position, field.id],
  })
}

/** Takes values out of an index that is given up, and at last the index itself; a refused one stays known for a while. */
const clear = async (tx: Transaction, id: number, now: number): Promise<void> => {
  await tx.run({
    sql: `UPDATE vector_fields SET state = 'dropping' WHERE id = ? AND used < ?`,
    params: [id, now - UNUSED],
  })
  const removed = await tx.run({
    sql: `DELETE FROM vector_field_values WHERE (field, kind, value, record) IN
            (SELECT field, kind, value, record FROM vector_field_values WHERE field = ? LIMIT ?)`,
    params: [id, VALUES_A_STEP],
  })
  if (removed < VALUES_A_STEP)
    await tx.run({ sql: `DELETE FROM vector_fields WHERE id = ? AND state = 'dropping'`, params: [id] })
}
