import type { SqlValue, Transaction } from '@rt/node/sqlite'
import { fieldTables, IS_DATETIME, MILLISECONDS } from '../field-sql.ts'
import { KIND, MAX_TEXT_BYTES } from './kinds.ts'

export interface FieldRow {
  id: number
  /** JSON array of names. */
  path: string
}

/** Brings the indexes of fields in step with `vector_records`, inside the transaction given. */
export const writeFields = async (
  tx: Transaction,
  collection: number,
  { removed, added }: { removed: number[]; added: number[] },
): Promise<void> => {
  const fields = await tx.all<FieldRow>(
    `SELECT id, path FROM vector_fields WHERE collection = ? AND state IN ('filling', 'ready')`,
    [collection],
  )
  if (!fields.length) return
  if (removed.length)
    await tx.run({
      sql: 'DELETE FROM vector_field_values WHERE record IN (SELECT value FROM json_each(?))',
      params: [JSON.stringify(removed)],
    })
  if (added.length) for (const field of fields) await addValues(tx, field, added)
}

/** Values a record on average: more (long arrays) make an index larger than what it indexes. */
const MAX_VALUES_A_RECORD = 8
/** Of fewer records the average says nothing. */
const ENOUGH = 100

/** Puts in the values of records; those that are there already stay. False: there are too many, and the index is given up. */
export const addValues = async (tx: Transaction, { id, path }: FieldRow, records: number[]): Promise<boolean> => {
  const names = JSON.parse(path) as string[]
  const { from, where } = fieldTables(names)
  const params: SqlValue[] = [JSON.stringify(records), ...names, id, id, id]
  const count = await tx.run({
    sql: `WITH f AS MATERIALIZED (
        SELECT r.id AS record, f.type AS type, f.value AS value FROM vector_records r, ${from}
        WHERE r.id IN (SELECT value FROM json_each(?)) AND ${where}
      )
      INSERT OR IGNORE INTO vector_field_values (field, kind, value, record)
      SELECT ?, ${kindOf('f', 0)}, ${valueOf('f')}, record FROM f
      UNION ALL SELECT ?, ${KIND.datetime}, ${MILLISECONDS}, record FROM f WHERE ${IS_DATETIME}
      UNION ALL SELECT ?, ${kindOf('e', KIND.elementNull)}, ${valueOf('e')}, record
        FROM f, json_each(CASE f.type WHEN 'array' THEN f.value ELSE '[]' END) e
        WHERE e.type NOT IN ('array', 'object')`,
    params,
  })
  if (records.length < ENOUGH || count <= records.length * MAX_VALUES_A_RECORD) return true
  await tx.run({ sql: `UPDATE vector_fields SET state = 'refused' WHERE id = ?`, params: [id] })
  return false
}

const isLong = (table: string): string => `octet_length(${table}.value) > ${MAX_TEXT_BYTES}`

const kindOf = (table: 'f' | 'e', offset: number): string =>
  `CASE ${table}.type WHEN 'null' THEN ${offset + KIND.null} WHEN 'false' THEN ${offset + KIND.false}
     WHEN 'true' THEN ${offset + KIND.true} WHEN 'integer' THEN ${offset + KIND.number} WHEN 'real' THEN ${offset + KIND.number}
     WHEN 'text' THEN CASE WHEN ${isLong(table)} THEN ${offset + KIND.long} ELSE ${offset + KIND.text} END
     ELSE ${offset + KIND.other} END`

const valueOf = (table: 'f' | 'e'): string =>
  `CASE WHEN ${table}.type IN ('integer', 'real') OR (${table}.type = 'text' AND NOT ${isLong(table)}) THEN ${table}.value ELSE 0 END`
