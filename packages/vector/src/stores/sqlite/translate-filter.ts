import type { JsonValue } from '@rt/core'
import type { SqlValue } from '@rt/node/sqlite'
import { canonicalJson } from '../../driver-kit/canonical-json.ts'
import type { Filter } from '../../driver-kit/types.ts'

export interface SqlCondition {
  /** Begins with ` AND`, or is empty. Made of fixed text alone. */
  sql: string
  params: SqlValue[]
}

/**
 * Equality on top-level keys of `r.metadata`. Keys and values are bound, never written into the SQL. A JSON null
 * matches a stored null, not a missing key; arrays and objects match as wholes, whatever the order of keys.
 */
export const translateFilter = (filter: Filter | undefined): SqlCondition => {
  const conditions = Object.entries(filter ?? {}).map(([key, value]) => translate(key, value))
  return { sql: conditions.map(({ sql }) => sql).join(''), params: conditions.flatMap(({ params }) => params) }
}

const translate = (key: string, value: JsonValue): SqlCondition => {
  const { types, operand } = comparison(value)
  const test = operand === undefined ? '' : ' AND j.value = ?'
  return {
    sql: ` AND EXISTS (SELECT 1 FROM json_each(r.metadata) j WHERE j.key = ? AND j.type IN (${types})${test})`,
    params: operand === undefined ? [key] : [key, operand],
  }
}

/** The type names of SQLite's json_each, and what its `value` must equal. */
const comparison = (value: JsonValue): { types: string; operand?: string | number } => {
  if (value === null) return { types: "'null'" }
  if (typeof value === 'boolean') return { types: value ? "'true'" : "'false'" }
  if (typeof value === 'number') return { types: "'integer', 'real'", operand: value }
  if (typeof value === 'string') return { types: "'text'", operand: value }
  return { types: Array.isArray(value) ? "'array'" : "'object'", operand: canonicalJson(value) }
}
