import type { FilterNode } from './filter-node.ts'

/** Restricts nothing. The others see to it that this is so however that is written: a deletion by it is refused. */
export const isTrue = (node: FilterNode): boolean => node.op === 'and' && !node.nodes.length
const isFalse = (node: FilterNode): boolean => node.op === 'or' && !node.nodes.length

export const all = (given: FilterNode[]): FilterNode => {
  const nodes = given.filter((node) => !isTrue(node))
  return nodes.length === 1 ? nodes[0]! : { op: 'and', nodes }
}

export const any = (nodes: FilterNode[]): FilterNode => nodes.find(isTrue) ?? { op: 'or', nodes }

export const not = (node: FilterNode): FilterNode => (isFalse(node) ? { op: 'and', nodes: [] } : { op: 'not', node })
