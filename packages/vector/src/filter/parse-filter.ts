import type { VectorFilter } from '@rt/core'
import { all, any, isTrue, not } from './connectives.ts'
import type { FilterNode } from './filter-node.ts'
import { invalid, isObject, show } from './filter-values.ts'
import { parseField } from './parse-field.ts'

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
