import type { FilterCondition } from '@rt/core'
import { any, not } from './connectives.ts'
import type { FieldPath, FilterNode } from './filter-node.ts'
import { invalid, isScalar, json, show } from './filter-values.ts'
import { parseRange } from './parse-bounds.ts'

export type Operator = keyof FilterCondition

/** One operator with its value; those of a range come together, by `parseBounds`. */
export const parseCondition = (key: string, path: FieldPath, operator: Operator, value: unknown): FilterNode => {
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

const flag = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw invalid(`${name} takes true or false, not ${show(value)}.`)
}
