import type { JsonValue } from '@rt/core'
import type { SqlValue } from '@rt/node/sqlite'
import { canonicalJson } from '../../driver-kit/canonical-json.ts'
import type { FieldNode, Bounds, FieldPath, FilterNode } from '../../filter/index.ts'
import { byIndex } from './fields/lookup.ts'
import { NO_FIELDS, type ReadyFields } from './fields/ready-fields.ts'
import { fieldTables, IS_DATETIME, MILLISECONDS } from './field-sql.ts'

export interface SqlCondition {
  /** Begins with ` AND`, or is empty. Made of fixed text alone. */
  sql: string
  params: SqlValue[]
}

/**
 * A filter over a `vector_records r`. Names and values are bound, never written into the SQL.
 *
 * @param fields indexes it may use; the answer is the same without.
 */
export const translateFilter = (filter: FilterNode | undefined, fields: ReadyFields = NO_FIELDS): SqlCondition => {
  if (!filter) return { sql: '', params: [] }
  const { sql, params } = translate(filter, fields)
  return { sql: ` AND ${sql}`, params }
}

const translate = (node: FilterNode, fields: ReadyFields): SqlCondition => {
  const inner = (part: FilterNode): SqlCondition => translate(part, fields)
  switch (node.op) {
    case 'and':
      return join(node.nodes.map(inner), ' AND ', '1')
    case 'or':
      return join(node.nodes.map(inner), ' OR ', '0')
    case 'not': {
      const { sql, params } = inner(node.node)
      return { sql: `NOT ${sql}`, params }
    }
    default: {
      const plain = atPath(node.path, testOf(node))
      const field = fields.size ? fields.get(JSON.stringify(node.path)) : undefined
      return field === undefined ? plain : byIndex(node, field, plain)
    }
  }
}

const join = (parts: SqlCondition[], by: string, none: string): SqlCondition => ({
  sql: parts.length ? `(${parts.map(({ sql }) => sql).join(by)})` : none,
  params: parts.flatMap(({ params }) => params),
})

/** A test of `f.type` and `f.value`, the last key of the path being `f`. */
const atPath = (path: FieldPath, test: SqlCondition): SqlCondition => {
  const { from, where } = fieldTables(path)
  return {
    sql: `EXISTS (SELECT 1 FROM ${from} WHERE ${where} AND ${test.sql})`,
    params: [...path, ...test.params],
  }
}

const testOf = (node: FieldNode): SqlCondition => {
  switch (node.op) {
    case 'exists':
      return { sql: '1', params: [] }
    case 'eq':
      return equals('f', node.value)
    case 'in':
      return oneOf('f', node.values)
    case 'number':
      return within('f.value', "f.type IN ('integer', 'real')", node.bounds)
    case 'text':
      return within('f.value', "f.type = 'text'", node.bounds)
    case 'datetime':
      return within(MILLISECONDS, IS_DATETIME, node.bounds)
    case 'contains': {
      const element = equals('e', node.value)
      const inArray = `EXISTS (SELECT 1 FROM json_each(CASE f.type WHEN 'array' THEN f.value ELSE '[]' END) e WHERE ${element.sql})`
      if (typeof node.value !== 'string') return { sql: inArray, params: element.params }
      return {
        sql: `(${inArray} OR (f.type = 'text' AND instr(f.value, ?) > 0))`,
        params: [...element.params, node.value],
      }
    }
    case 'prefix':
      // Not by length(), which ends at a NUL.
      return { sql: "(f.type = 'text' AND instr(f.value, ?) = 1)", params: [node.value] }
  }
}

/** The type names are those of SQLite's json_each. */
const equals = (table: 'f' | 'e', value: JsonValue): SqlCondition => {
  const test = (types: string, operand?: SqlValue): SqlCondition => ({
    sql: `(${table}.type IN (${types})${operand === undefined ? '' : ` AND ${table}.value = ?`})`,
    params: operand === undefined ? [] : [operand],
  })
  if (value === null) return test("'null'")
  if (typeof value === 'boolean') return test(value ? "'true'" : "'false'")
  if (typeof value === 'number') return test("'integer', 'real'", value)
  if (typeof value === 'string') return test("'text'", value)
  return test(Array.isArray(value) ? "'array'" : "'object'", canonicalJson(value))
}

const oneOf = (table: 'f', values: readonly (string | number | boolean | null)[]): SqlCondition => {
  const listed = (types: string, some: readonly (string | number)[]): SqlCondition[] =>
    some.length
      ? [
          {
            sql: `(${table}.type IN (${types}) AND ${table}.value IN (SELECT value FROM json_each(?)))`,
            params: [JSON.stringify(some)],
          },
        ]
      : []
  const numbers = values.filter((value) => typeof value === 'number')
  const texts = values.filter((value) => typeof value === 'string')
  const rest = values.filter((value) => typeof value !== 'number' && typeof value !== 'string')
  return join(
    [...listed("'integer', 'real'", numbers), ...listed("'text'", texts), ...rest.map((value) => equals(table, value))],
    ' OR ',
    '0',
  )
}

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

const within = (value: string, guard: string, bounds: Bounds<string | number>): SqlCondition => {
  const tests = Object.entries(bounds).map(([name, bound]) => ({
    sql: `${value} ${SIGNS[name as keyof typeof SIGNS]} ?`,
    params: [bound as SqlValue],
  }))
  const all = join(tests, ' AND ', '1')
  return { sql: `(${guard} AND ${all.sql})`, params: all.params }
}
