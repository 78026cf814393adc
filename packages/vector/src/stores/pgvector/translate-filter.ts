import type { JsonValue } from '@rt/core'
import type { FieldNode, Bounds, FieldPath, FilterNode } from '../../filter/index.ts'
import type { Bindings } from './bindings.ts'
import { encodeJson, encodeText } from './encode-text.ts'
import { beginning, fieldExpression, fieldKey, type FieldKind, type IndexedFields } from './field-expression.ts'

/** Values an `in` looks up in the index of the metadata. With more of them reading every record is no slower. */
const MAX_LOOKUPS = 32

/**
 * A filter over `r.metadata` of a collection's table, as an SQL expression that is true or false, never null. Names and
 * values are bound.
 *
 * @param schema where `datetime_ms` is.
 * @param indexed fields with an index of their own.
 */
export const translateFilter = (
  node: FilterNode,
  { bind }: Bindings,
  { schema, indexed }: { schema: string; indexed: IndexedFields },
): string => {
  const translate = (part: FilterNode): string => {
    switch (part.op) {
      case 'and':
        return join(part.nodes.map(translate), ' AND ', 'true')
      case 'or':
        return join(part.nodes.map(translate), ' OR ', 'false')
      case 'not':
        return `(NOT ${translate(part.node)})`
      default:
        return testOf(part, bind, { schema, indexed })
    }
  }
  return translate(node)
}

type Bind = Bindings['bind']
const join = (parts: string[], by: string, none: string): string => (parts.length ? `(${parts.join(by)})` : none)

const testOf = (
  node: FieldNode,
  bind: Bind,
  { schema, indexed }: { schema: string; indexed: IndexedFields },
): string => {
  // `->` with a text looks into objects alone: where something else is on the way it gives null.
  const value = ['r.metadata', ...node.path.map((name) => `${bind(encodeText(name))}::text`)].join(' -> ')
  const text = `(${value} #>> '{}') COLLATE "C"`
  const isType = (type: string): string => `jsonb_typeof(${value}) = '${type}'`
  /** The cast is evaluated where the guard holds, which AND does not promise. */
  const guarded = (guard: string, test: string): string => `(CASE WHEN ${guard} THEN ${test} ELSE false END)`

  /** The index gives null for what is no such value; the test beside it makes that false. */
  const ranged = <T extends string | number>(
    kind: FieldKind,
    bounds: Bounds<T>,
    bound: (limit: T) => string,
    test: string,
  ): string => {
    if (!indexed.has(fieldKey(kind, node.path))) return test
    const expression = fieldExpression(kind, value, schema)
    // Texts that begin alike may be any way round.
    const limits = kind === 'text' ? { gte: bounds.gt ?? bounds.gte, lte: bounds.lt ?? bounds.lte } : bounds
    const given = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)) as Bounds<T>
    return `(${within(expression, given, (limit) => (kind === 'text' ? beginning(bound(limit)) : bound(limit)))} AND ${test})`
  }

  switch (node.op) {
    case 'exists':
      return `((${value}) IS NOT NULL)`
    case 'eq':
      return equals(value, node.path, node.value, bind)
    case 'in': {
      if (node.values.length <= MAX_LOOKUPS)
        return join(
          node.values.map((item) => equals(value, node.path, item, bind)),
          ' OR ',
          'false',
        )
      return `coalesce((${value}) = ANY (${bind(node.values.map(encodeJson))}::text[]::jsonb[]), false)`
    }
    case 'number': {
      const bound = (limit: number): string => `${bind(String(limit))}::numeric`
      const test = guarded(isType('number'), within(`(${value})::numeric`, node.bounds, bound))
      return ranged('number', node.bounds, bound, test)
    }
    case 'text': {
      const bound = (limit: string): string => `${bind(encodeText(limit))}::text`
      return ranged('text', node.bounds, bound, guarded(isType('string'), within(text, node.bounds, bound)))
    }
    case 'datetime': {
      const bound = (limit: number): string => `${bind(limit)}::float8`
      const test = within(`${schema}.datetime_ms(${value} #>> '{}')`, node.bounds, bound)
      return ranged('datetime', node.bounds, bound, guarded(isType('string'), `coalesce(${test}, false)`))
    }
    case 'contains': {
      const inArray = guarded(isType('array'), `${value} @> ${bind(encodeJson([node.value]))}::text::jsonb`)
      if (typeof node.value !== 'string')
        return `(r.metadata @> ${bind(encodeJson(nest(node.path, [node.value])))}::text::jsonb AND ${inArray})`
      return `(${inArray} OR ${guarded(isType('string'), `strpos(${text}, ${bind(encodeText(node.value))}::text) > 0`)})`
    }
    case 'prefix':
      return guarded(isType('string'), `starts_with(${text}, ${bind(encodeText(node.value))}::text)`)
  }
}

/** `@>` alone would also take more than is equal, but it is what the index answers. */
const equals = (value: string, path: FieldPath, wanted: JsonValue, bind: Bind): string =>
  `(r.metadata @> ${bind(encodeJson(nest(path, wanted)))}::text::jsonb AND coalesce((${value}) = ${bind(encodeJson(wanted))}::text::jsonb, false))`

const nest = (path: FieldPath, value: JsonValue): JsonValue =>
  path.reduceRight<JsonValue>((inner, name) => Object.fromEntries([[name, inner]]), value)

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

const within = <T extends string | number>(value: string, bounds: Bounds<T>, bound: (bound: T) => string): string =>
  join(
    Object.entries(bounds).map(([name, limit]) => `${value} ${SIGNS[name as keyof typeof SIGNS]} ${bound(limit as T)}`),
    ' AND ',
    'true',
  )
