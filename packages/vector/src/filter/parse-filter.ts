import {
  type DatetimeRange,
  type FilterCondition,
  type JsonValue,
  nearestNames,
  RtError,
  type VectorFilter,
} from '@rt/core'
import { canonicalJson } from '../driver-kit/canonical-json.ts'
import { all, any, isTrue, not } from './connectives.ts'
import { parseDatetime } from './datetime.ts'
import { parsePath } from './field-path.ts'
import type { Bounds, FieldPath, FilterNode } from './filter-node.ts'

/** Nodes of one filter: more is a mistake or an attack. */
const MAX_NODES = 1000
const MAX_DEPTH = 32

/**
 * Checks a filter and says it in few words.
 *
 * @returns undefined when it restricts nothing.
 * @throws RtError `invalid_request` naming field and operator.
 */
export const parseFilter = (filter: VectorFilter | undefined): FilterNode | undefined => {
  if (filter === undefined) return undefined
  let count = 0
  const parse = (part: unknown, depth: number): FilterNode => {
    if (!isObject(part)) throw invalid(`a filter must be an object, not ${show(part)}.`)
    if (depth > MAX_DEPTH) throw invalid(`the filter is nested deeper than ${MAX_DEPTH} levels.`)
    const nodes = Object.entries(part).map(([key, value]) => parseEntry(key, value, depth))
    count += nodes.length
    if (count > MAX_NODES)
      throw invalid(`the filter has more than ${MAX_NODES} conditions.`, 'Use `in` for a list of values.')
    return all(nodes)
  }
  const parseEntry = (key: string, value: unknown, depth: number): FilterNode => {
    if (value === undefined)
      throw invalid(`filter ${JSON.stringify(key)} is undefined.`, 'Leave the key out, or use null for a stored null.')
    if (key === 'not') return not(parse(value, depth + 1))
    if (key !== 'and' && key !== 'or') return parseField(key, value)
    if (!Array.isArray(value))
      throw invalid(
        `filter "${key}" must be a list of filters, not ${show(value)}.`,
        `A field of that name is written "\\\\${key}".`,
      )
    const nodes = value.map((item) => parse(item, depth + 1))
    return key === 'and' ? all(nodes) : any(nodes)
  }
  const node = parse(filter, 1)
  return isTrue(node) ? undefined : node
}

const OPERATORS = 'eq ne in nin gt gte lt lte exists null contains prefix datetime'.split(' ') as readonly Operator[]
type Operator = keyof FilterCondition
const isOperator = (name: string): name is Operator => (OPERATORS as readonly string[]).includes(name)

const parseField = (key: string, value: unknown): FilterNode => {
  const path = parsePath(key)
  const names = isObject(value) ? Object.keys(value) : []
  if (!names.some(isOperator)) {
    refuseMistyped(key, value, names)
    return { op: 'eq', path, value: json(key, value) }
  }
  const conditions = value as Record<string, unknown>
  const foreign = names.find((name) => !isOperator(name))
  if (foreign !== undefined) {
    const [near] = nearestNames(foreign, [...OPERATORS])
    throw invalid(
      `filter ${JSON.stringify(key)}: ${JSON.stringify(foreign)} is no operator${near ? `; did you mean "${near}"?` : '.'}`,
      `To compare with an object, write { eq: {…} }. Operators: ${OPERATORS.join(', ')}.`,
    )
  }
  const bounds = parseBounds(key, path, conditions)
  const others = names
    .filter((name) => !isBound(name))
    .map((name) => parseCondition(key, path, name as Operator, conditions[name]))
  return all([...bounds, ...others])
}

/** What is an operator elsewhere, or is one letter off, would be a value that no record has: better said than not found. */
const refuseMistyped = (key: string, value: unknown, names: string[]): void => {
  const joined = /^\$(and|or|not)$/.exec(key)?.[1]
  if (joined && typeof value === 'object' && value !== null)
    throw invalid(
      `filter ${JSON.stringify(key)}: did you mean "${joined}"?`,
      `A field of that name is asked for by { ${JSON.stringify(key)}: { eq: … } }.`,
    )
  for (const name of names) {
    const meant = meantOperator(name)
    if (meant)
      throw invalid(
        `filter ${JSON.stringify(key)}: ${JSON.stringify(name)} is no operator; did you mean "${meant}"?`,
        `To compare with an object, write { eq: {…} }. Operators: ${OPERATORS.join(', ')}.`,
      )
  }
}

const LONG_OPERATORS = OPERATORS.filter((name) => name.length > 5)

const meantOperator = (name: string): string | undefined =>
  name.startsWith('$')
    ? OPERATORS.find((operator) => `$${operator}` === name)
    : nearestNames(name, LONG_OPERATORS, { slack: 1, most: 1 })[0]

const parseCondition = (key: string, path: FieldPath, operator: Operator, value: unknown): FilterNode => {
  const name = `filter ${JSON.stringify(key)}: ${operator}`
  const exists: FilterNode = { op: 'exists', path }
  const isNull: FilterNode = { op: 'eq', path, value: null }
  switch (operator) {
    case 'eq':
      return { op: 'eq', path, value: json(key, value) }
    case 'ne':
      return not({ op: 'eq', path, value: json(key, value) })
    case 'in':
      return oneOf(key, path, operator, value)
    case 'nin':
      return not(oneOf(key, path, operator, value))
    case 'exists':
      return flag(name, value) ? exists : not(exists)
    case 'null':
      return flag(name, value) ? isNull : { op: 'and', nodes: [exists, not(isNull)] }
    case 'contains':
      if (!isScalar(value)) throw invalid(`${name} takes a text, number, boolean or null, not ${show(value)}.`)
      return { op: 'contains', path, value }
    case 'prefix':
      if (typeof value !== 'string') throw invalid(`${name} takes a text, not ${show(value)}.`)
      return { op: 'prefix', path, value }
    default:
      return { op: 'datetime', path, bounds: parseRange(name, value) }
  }
}

const oneOf = (key: string, path: FieldPath, operator: 'in' | 'nin', value: unknown): FilterNode => {
  if (!Array.isArray(value))
    throw invalid(`filter ${JSON.stringify(key)}: ${operator} takes a list, not ${show(value)}.`)
  const values = value.map((item: unknown) => json(key, item))
  const scalars = values.filter(isScalar)
  const nodes: FilterNode[] = values.filter((item) => !isScalar(item)).map((item) => ({ op: 'eq', path, value: item }))
  if (scalars.length) nodes.unshift({ op: 'in', path, values: scalars })
  return nodes.length === 1 ? nodes[0]! : any(nodes)
}

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const
const isBound = (name: string): boolean => (BOUNDS as readonly string[]).includes(name)

/** One node for the numbers, one for the texts: a field that must be both matches nothing, as it should. */
const parseBounds = (key: string, path: FieldPath, conditions: Record<string, unknown>): FilterNode[] => {
  const numbers: Bounds<number> = {}
  const texts: Bounds<string> = {}
  for (const name of BOUNDS) {
    const value = conditions[name]
    if (value === undefined && !(name in conditions)) continue
    if (typeof value === 'number' && Number.isFinite(value)) numbers[name] = value
    else if (typeof value === 'string') texts[name] = value
    else
      throw invalid(
        `filter ${JSON.stringify(key)}: ${name} takes a number or a text, not ${show(value)}.`,
        value instanceof Date ? `Dates are compared by { datetime: { ${name}: … } }.` : undefined,
      )
  }
  return [
    ...(Object.keys(numbers).length ? [{ op: 'number', path, bounds: numbers } as const] : []),
    ...(Object.keys(texts).length ? [{ op: 'text', path, bounds: texts } as const] : []),
  ]
}

const parseRange = (name: string, value: unknown): Bounds<number> => {
  const keys = isObject(value) ? Object.keys(value) : []
  if (!keys.length || !keys.every(isBound))
    throw invalid(
      `${name} takes an object of gt, gte, lt, lte, not ${show(value)}.`,
      '{ datetime: { gte: "2026-01-01" } }',
    )
  return Object.fromEntries(
    Object.entries(value as DatetimeRange).map(([bound, at]: [string, unknown]) => {
      const time = at instanceof Date ? at.getTime() : typeof at === 'string' ? parseDatetime(at) : undefined
      if (time === undefined || Number.isNaN(time))
        throw invalid(
          `${name}.${bound} takes a Date or a text like 2026-01-31 or 2026-01-31T09:30:00Z, not ${show(at)}.`,
        )
      return [bound, time]
    }),
  )
}

const flag = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw invalid(`${name} takes true or false, not ${show(value)}.`)
}

const json = (key: string, value: unknown): JsonValue => {
  try {
    canonicalJson(value)
    return value as JsonValue
  } catch (cause) {
    if (!RtError.isInstance(cause)) throw cause
    const hint = value instanceof Date ? 'Dates are compared by { datetime: { gte: … } }.' : undefined
    throw new RtError({
      code: 'invalid_request',
      message: `filter ${JSON.stringify(key)}: ${cause.message}.`,
      hint,
      cause,
    })
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

const show = (value: unknown): string =>
  value instanceof Date ? 'a Date' : (JSON.stringify(value) ?? String(value)).slice(0, 80)

const invalid = (message: string, hint?: string): RtError => new RtError({ code: 'invalid_request', message, hint })
