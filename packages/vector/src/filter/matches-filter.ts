import type { JsonObject, JsonValue } from '@rt/core'
import { canonicalJson } from '../driver-kit/canonical-json.ts'
import { parseDatetime } from './datetime.ts'
import type { Bounds, FieldPath, FilterNode, FieldNode } from './filter-node.ts'

/**
 * Whether a record's metadata matches: what every translation of a filter is measured against, and what a store uses
 * that cannot ask its engine.
 */
export const matchesFilter = (node: FilterNode, metadata: JsonObject): boolean => {
  switch (node.op) {
    case 'and':
      return node.nodes.every((part) => matchesFilter(part, metadata))
    case 'or':
      return node.nodes.some((part) => matchesFilter(part, metadata))
    case 'not':
      return !matchesFilter(node.node, metadata)
    default:
      return matchesField(node, valueAt(metadata, node.path))
  }
}

const matchesField = (node: FieldNode, value: JsonValue | undefined): boolean => {
  if (value === undefined) return false
  switch (node.op) {
    case 'exists':
      return true
    case 'eq':
      return isEqual(value, node.value)
    case 'in':
      return node.values.some((item) => isEqual(value, item))
    case 'number':
      return typeof value === 'number' && isWithin(value, node.bounds, (a, b) => a - b)
    case 'text':
      return typeof value === 'string' && isWithin(value, node.bounds, compareTexts)
    case 'datetime': {
      const time = typeof value === 'string' ? parseDatetime(value) : undefined
      return time !== undefined && isWithin(time, node.bounds, (a, b) => a - b)
    }
    case 'contains':
      if (Array.isArray(value)) return value.some((item) => isEqual(item, node.value))
      return typeof value === 'string' && typeof node.value === 'string' && value.includes(node.value)
    case 'prefix':
      return typeof value === 'string' && value.startsWith(node.value)
  }
}

/** Undefined where the path leads nowhere: a missing key, or something that is no object on the way. */
export const valueAt = (metadata: JsonObject, path: FieldPath): JsonValue | undefined => {
  let value: JsonValue | undefined = metadata
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined
    value = value[name]
  }
  return value
}

const isEqual = (a: JsonValue, b: JsonValue): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b))

const isWithin = <T>(value: T, { gt, gte, lt, lte }: Bounds<T>, compare: (a: T, b: T) => number): boolean =>
  (gt === undefined || compare(value, gt) > 0) &&
  (gte === undefined || compare(value, gte) >= 0) &&
  (lt === undefined || compare(value, lt) < 0) &&
  (lte === undefined || compare(value, lte) <= 0)

/** By code point, as SQLite and Postgres ("C") order UTF-8; JavaScript's own order is by UTF-16 unit. */
export const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
