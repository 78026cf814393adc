import type { FieldNode, Bounds, FieldPath, FilterNode } from '../../filter/index.ts'
import { elementToken, pathKey, valueToken } from './flatten-metadata.ts'
import { sqlNumber, sqlText } from './sql-text.ts'

/**
 * A filter as a condition on the columns of `flattenMetadata`, true of exactly the records `matchesFilter` takes. It is
 * made of our own words, digests and hexadecimal digits alone: nothing of the filter's text stands in it.
 */
export const translateFilter = (node: FilterNode): string => translate(node, false)

/** `not` is carried inwards: the parser of DataFusion gives up on conditions that are nested deeply. */
const translate = (node: FilterNode, negated: boolean): string => {
  if (node.op === 'not') return translate(node.node, !negated)
  if (node.op !== 'and' && node.op !== 'or') return negated ? `NOT ${translateField(node)}` : translateField(node)
  const isAnd = (node.op === 'and') !== negated
  const parts = node.nodes.map((part) => translate(part, negated))
  if (parts.length === 1) return parts[0]!
  return parts.length ? `(${parts.join(isAnd ? ' AND ' : ' OR ')})` : String(isAnd)
}

const translateField = (node: FieldNode): string => {
  switch (node.op) {
    case 'eq':
      return hasToken(valueToken(node.path, node.value))
    case 'in':
      return hasAny(node.values.map((value) => valueToken(node.path, value)))
    case 'exists':
      return `array_has(keys, '${pathKey(node.path)}')`
    case 'number':
      return within(at('numbers', node.path), node.bounds, sqlNumber)
    case 'datetime':
      return within(at('times', node.path), node.bounds, sqlNumber)
    case 'text':
      return within(at('texts', node.path), node.bounds, sqlText)
    case 'prefix':
      return decided(`starts_with(${at('texts', node.path)}, ${sqlText(node.value)})`)
    case 'contains': {
      const element = hasToken(elementToken(node.path, node.value))
      if (typeof node.value !== 'string') return element
      return `(${element} OR ${decided(`contains(${at('texts', node.path)}, ${sqlText(node.value)})`)})`
    }
  }
}

/** Never null, and left bare: an index on the tokens answers nothing else. */
const hasToken = (token: string): string => `array_has(tokens, '${token}')`
const hasAny = (tokens: string[]): string =>
  `array_has_any(tokens, [${tokens.map((token) => `'${token}'`).join(', ')}])`

/** Null where the path leads nowhere or to another type. */
const at = (column: 'numbers' | 'texts' | 'times', path: FieldPath): string =>
  `array_element(${column}, CAST(array_position(keys, '${pathKey(path)}') AS BIGINT))`

const decided = (condition: string): string => `coalesce(${condition}, false)`

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

const within = <T>(value: string, bounds: Bounds<T>, write: (bound: T) => string): string => {
  const conditions = (Object.keys(OPERATORS) as (keyof Bounds<T>)[]).flatMap((name) => {
    const bound = bounds[name]
    return bound === undefined ? [] : [`${value} ${OPERATORS[name]} ${write(bound)}`]
  })
  return decided(conditions.join(' AND '))
}
