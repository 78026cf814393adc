import type { FieldNode, FilterNode } from './filter-node.ts'

/** The nodes of a filter that ask something of a field, in its order. */
export const eachField = (node: FilterNode, visit: (field: FieldNode) => void): void => {
  if (node.op === 'and' || node.op === 'or') for (const part of node.nodes) eachField(part, visit)
  else if (node.op === 'not') eachField(node.node, visit)
  else visit(node)
}
