import type { JsonValue } from '@rt/core'
import type { Bounds, FieldPath, FilterNode } from '../../filter/index.ts'
import type { Bindings } from './bindings.ts'
import { encodeJson, encodeText } from './encode-text.ts'

/** Values an `in` looks up in the index of the metadata. With more of them reading every record is no slower. */
const MAX_LOOKUPS = 32

/**
 * A filter over `r.metadata` of a collection's table, as an SQL expression that is true or false, never null. Names and
 * values are bound.
 *
 * @param schema where `datetime_ms` is.
 */
export const translateFilter = (node: FilterNode, { bind }: Bindings, schema: string): string => {
  const translate = (part: FilterNode): string => {
    switch (part.op) {
      case 'and':
        return join(part.nodes.map(translate), ' AND ', 'true')
      case 'or':
        return join(part.nodes.map(translate), ' OR ', 'false')
      case 'not':
        return `(NOT ${translate(part.node)})`
      default:
        return testOf(part, bind, schema)
    }
  }
  return translate(node)
}

type Bind = Bindings['bind']
type FieldNode = Exclude<FilterNode, { op: 'and' | 'or' | 'not' }>

const join = (parts: string[], by: string, none: string): string => (parts.length ? `(${parts.join(by)})` : none)

const testOf = (node: FieldNode, bind: Bind, schema: string): string => {
  // `->` with a text looks into objects alone: where something else is on the way it gives null.
  const value = ['r.metadata', ...node.path.map((name) => `${bind(encodeText(name))}::text`)].join(' -> ')
  const text = `(${value} #>> '{}') COLLATE "C"`
  const isType = (type: string): string => `jsonb_typeof(${value}) = '${type}'`
  /** The cast is evaluated where the guard holds, which AND does not promise. */
  const guarded = (guard: string, test: string): string => `(CASE WHEN ${guard} THEN ${test} ELSE false END)`

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
    case 'number':
      return guarded(
        isType('number'),
        within(`(${value})::numeric`, node.bounds, (bound) => `${bind(String(bound))}::numeric`),
      )
    case 'text':
      return guarded(
        isType('string'),
        within(text, node.bounds, (bound) => `${bind(encodeText(bound))}::text`),
      )
    case 'datetime': {
      const milliseconds = `${schema}.datetime_ms(${value} #>> '{}')`
      return guarded(
        isType('string'),
        `coalesce(${within(milliseconds, node.bounds, (bound) => `${bind(bound)}::float8`)}, false)`,
      )
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
