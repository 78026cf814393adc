import { nearestNames } from '@rt/core'
import { all } from './connectives.ts'
import { parsePath } from './field-path.ts'
import type { FilterNode } from './filter-node.ts'
import { invalid, isObject, json } from './filter-values.ts'
import { isBound, parseBounds } from './parse-bounds.ts'
import { type Operator, parseCondition } from './parse-condition.ts'

const OPERATORS = 'eq ne in nin gt gte lt lte exists null contains prefix datetime'.split(' ') as readonly Operator[]
const isOperator = (name: string): name is Operator => (OPERATORS as readonly string[]).includes(name)

/** What a filter says of one field: a value, or operators with theirs. */
export const parseField = (key: string, value: unknown): FilterNode => {
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

/** Of the short operators only what is hardly a field's name: one letter off is `lat` or `net` too. */
const meantOperator = (name: string): string | undefined => {
  if (name.startsWith('$')) return OPERATORS.find((operator) => `$${operator}` === name)
  const single = name.replaceAll(/(.)\1/g, '$1')
  if (isBound(single)) return single
  if (name === 'ge' || name === 'le') return `${name[0]}te`
  return nearestNames(name, LONG_OPERATORS, { slack: 1, most: 1 })[0]
}
