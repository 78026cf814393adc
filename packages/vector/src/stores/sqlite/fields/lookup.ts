import type { SqlValue } from '@rt/node/sqlite'
import type { FieldNode, Bounds } from '../../../filter/index.ts'
import type { SqlCondition } from '../translate-filter.ts'
import { KIND, MAX_TEXT_BYTES } from './kinds.ts'

/** What an index of a field answers: rows of `vector_field_values v` that match, and kinds of rows whose record has to be asked. */
interface Lookup {
  /** Over `v`, the field left out. */
  found: SqlCondition[]
  asked: number[]
}

/**
 * A condition of one field by its index, true of the same records as `plain`, which asks each record's metadata.
 *
 * @param plain over a `vector_records r`.
 */
export const byIndex = (node: FieldNode, field: number, plain: SqlCondition): SqlCondition => {
  const { found, asked } = lookup(node)
  const selects: SqlCondition[] = found.map(({ sql, params }) => ({
    sql: `SELECT v.record FROM vector_field_values v WHERE v.field = ? AND ${sql}`,
    params: [field, ...params],
  }))
  for (const kind of asked)
    selects.push({
      sql: `SELECT r.id FROM vector_field_values v CROSS JOIN vector_records r ON r.id = v.record
            WHERE v.field = ? AND v.kind = ${kind} AND ${plain.sql}`,
      params: [field, ...plain.params],
    })
  return {
    sql: `r.id IN (${selects.map(({ sql }) => sql).join(' UNION ALL ')})`,
    params: selects.flatMap(({ params }) => params),
  }
}

const lookup = (node: FieldNode): Lookup => {
  switch (node.op) {
    case 'exists':
      return { found: [condition(`v.kind BETWEEN ${KIND.null} AND ${KIND.long}`)], asked: [] }
    case 'eq':
      return typeof node.value === 'object' && node.value !== null
        ? { found: [], asked: [KIND.other] }
        : equal([node.value], 0)
    case 'in':
      return equal(node.values, 0)
    case 'number':
      return { found: [within(KIND.number, node.bounds)], asked: [] }
    case 'datetime':
      return { found: [within(KIND.datetime, node.bounds)], asked: [] }
    case 'text':
      return { found: [within(KIND.text, node.bounds)], asked: [KIND.long] }
    case 'prefix':
      return { found: [beginning(node.value)], asked: [KIND.long] }
    case 'contains': {
      const { found, asked } = equal([node.value], KIND.elementNull)
      if (typeof node.value !== 'string') return { found, asked }
      const inText = condition(`v.kind = ${KIND.text} AND instr(v.value, ?) > 0`, node.value)
      return { found: [...found, inText], asked: [...asked, KIND.long] }
    }
  }
}

const condition = (sql: string, ...params: SqlValue[]): SqlCondition => ({ sql, params })

/** @param offset of the kinds of elements. */
const equal = (values: readonly (string | number | boolean | null)[], offset: number): Lookup => {
  const found: SqlCondition[] = []
  const asked: number[] = []
  const listed = (kind: number, some: readonly (string | number)[]): void => {
    if (some.length === 1) found.push(condition(`v.kind = ${offset + kind} AND v.value = ?`, some[0]!))
    if (some.length > 1)
      found.push(
        condition(`v.kind = ${offset + kind} AND v.value IN (SELECT value FROM json_each(?))`, JSON.stringify(some)),
      )
  }
  const texts = values.filter((value) => typeof value === 'string')
  const short = texts.filter((text) => Buffer.byteLength(text) <= MAX_TEXT_BYTES)
  listed(
    KIND.number,
    values.filter((value) => typeof value === 'number'),
  )
  listed(KIND.text, short)
  if (short.length < texts.length) asked.push(offset + KIND.long)
  if (values.includes(null)) found.push(condition(`v.kind = ${offset + KIND.null}`))
  if (values.includes(false)) found.push(condition(`v.kind = ${offset + KIND.false}`))
  if (values.includes(true)) found.push(condition(`v.kind = ${offset + KIND.true}`))
  return { found, asked }
}

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

const within = (kind: number, bounds: Bounds<string | number>): SqlCondition => {
  const tests = Object.entries(bounds).map(([name, bound]) =>
    condition(` AND v.value ${SIGNS[name as keyof typeof SIGNS]} ?`, bound as SqlValue),
  )
  return condition(`v.kind = ${kind}${tests.map(({ sql }) => sql).join('')}`, ...tests.flatMap(({ params }) => params))
}

/** The bounds let the index be entered at the right place; `instr` decides. */
const beginning = (prefix: string): SqlCondition => {
  const end = behind(prefix)
  return condition(
    `v.kind = ${KIND.text} AND v.value >= ?${end === undefined ? '' : ' AND v.value < ?'} AND instr(v.value, ?) = 1`,
    ...(end === undefined ? [prefix, prefix] : [prefix, end, prefix]),
  )
}

/** The least text behind all that begin so; undefined where there is none. */
const behind = (prefix: string): string | undefined => {
  const characters = [...prefix]
  while (characters.length) {
    const last = characters.pop()!.codePointAt(0)!
    if (last >= 0x10ffff) continue
    // No text has half a surrogate pair.
    return characters.join('') + String.fromCodePoint(last + 1 >= 0xd800 && last < 0xe000 ? 0xe000 : last + 1)
  }
  return undefined
}
