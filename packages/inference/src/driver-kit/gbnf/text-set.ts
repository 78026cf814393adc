import { literal } from '../grammar-builder.ts'

/**
 * An expression of exactly these texts, in which texts that begin alike share their beginning: however many there are, the
 * sampler follows only those that still fit.
 */
export const textSetExpression = (texts: readonly string[]): { expression: string; cost: number } => {
  const branches = build([...new Set(texts)].map((text) => Array.from(text)))
  return { expression: branches.text, cost: branches.cost }
}

const build = (texts: string[][]): { text: string; cost: number } => {
  const groups = new Map<string, string[][]>()
  for (const text of texts) {
    const first = text[0] ?? ''
    const group = groups.get(first) ?? []
    group.push(text)
    groups.set(first, group)
  }
  const branches = Array.from(groups.values(), writeGroup)
  return {
    text: branches.map(({ text }) => text).join(' | '),
    cost: branches.reduce((sum, { cost }) => sum + cost + 1, 0),
  }
}

const writeGroup = (group: string[][]): { text: string; cost: number } => {
  const first = group[0]!
  if (group.length === 1) return { text: literal(first.join('')), cost: 0 }
  let shared = 0
  while (shared < first.length && group.every((text) => text[shared] === first[shared])) shared++
  const rest = build(group.map((text) => text.slice(shared)))
  return { text: `${literal(first.slice(0, shared).join(''))} ( ${rest.text} )`, cost: rest.cost + 1 }
}
