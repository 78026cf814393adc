import type { Schemas } from '@qdrant/js-client-rest'
import type { Bounds, FilterNode } from '../../../filter/index.ts'
import { elementFact, equalsFact, existsFact, fieldKey, prefixFacts } from './facts.ts'

export type Condition = Schemas['Condition']
export type Filter = Schemas['Filter']

export interface TranslatedFilter {
  /** Holds of every record that matches. */
  condition: Condition
  /** Whether it holds of no other. Else what it gives is still to be judged by `matchesFilter`. */
  exact: boolean
}

/**
 * A filter over the facts of metadata. Qdrant has no order of texts and no part of a text (its text match is by word):
 * of those it is asked what it can answer, and the rest is judged here.
 */
export const translateFilter = (node: FilterNode): TranslatedFilter => {
  const exact = isExact(node)
  return { condition: toCondition(bound(node, true)), exact }
}

export const NOTHING: Condition = { has_id: [] }
const EVERYTHING: Condition = { must_not: [NOTHING] }

/** A condition, or what is known without asking. */
type Answer = Condition | boolean

const toCondition = (answer: Answer): Condition =>
  typeof answer === 'boolean' ? (answer ? EVERYTHING : NOTHING) : answer

const isExact = (node: FilterNode): boolean => {
  if (node.op === 'and' || node.op === 'or') return node.nodes.every(isExact)
  if (node.op === 'not') return isExact(node.node)
  if (node.op === 'prefix') return prefixFacts(node.path, node.value).exact
  return node.op !== 'text' && !(node.op === 'contains' && typeof node.value === 'string')
}

/** `upper`: true of all that match, perhaps of more. Else: true only of what matches, perhaps not of all. */
const bound = (node: FilterNode, upper: boolean): Answer => {
  switch (node.op) {
    case 'and':
      return all(node.nodes.map((part) => bound(part, upper)))
    case 'or':
      return any(node.nodes.map((part) => bound(part, upper)))
    case 'not':
      return negate(bound(node.node, !upper))
    case 'text':
      return upper && fact(existsFact(node.path))
    case 'contains':
      // A text that has this part cannot be asked for.
      if (typeof node.value === 'string' && upper) return fact(existsFact(node.path))
      return fact(elementFact(node.path, node.value))
    case 'prefix': {
      const { beginnings, exact } = prefixFacts(node.path, node.value)
      if (!exact && !upper) return false
      return any(beginnings.map((prefix) => ({ key: 'facts', match: { prefix } })))
    }
    case 'exists':
      return fact(existsFact(node.path))
    case 'eq':
      return fact(equalsFact(node.path, node.value))
    case 'in':
      return { key: 'facts', match: { any: [...new Set(node.values.map((value) => equalsFact(node.path, value)))] } }
    case 'number':
      return within(`numbers.${fieldKey(node.path)}`, node.bounds)
    case 'datetime':
      return within(`dates.${fieldKey(node.path)}`, node.bounds)
  }
}

const fact = (value: string): Condition => ({ key: 'facts', match: { value } })

const within = (key: string, range: Bounds<number>): Condition => ({ key, range })

const all = (answers: Answer[]): Answer => {
  if (answers.includes(false)) return false
  const conditions = answers.filter((answer) => typeof answer !== 'boolean')
  if (!conditions.length) return true
  return conditions.length === 1 ? conditions[0]! : { must: conditions }
}

const any = (answers: Answer[]): Answer => {
  if (answers.includes(true)) return true
  const conditions = answers.filter((answer) => typeof answer !== 'boolean')
  if (!conditions.length) return false
  return conditions.length === 1 ? conditions[0]! : { should: conditions }
}

const negate = (answer: Answer): Answer => (typeof answer === 'boolean' ? !answer : { must_not: [answer] })
