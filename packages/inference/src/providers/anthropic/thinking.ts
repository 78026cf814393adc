import type { JsonObject, ModelRequest } from '@rt/core'
import type { AnthropicModelFacts } from './model-facts.ts'

export interface ThinkingFields {
  thinking?: JsonObject
  outputConfig: JsonObject
  maxTokens: number
  on: boolean
  warnings: string[]
}

/** Tokens for the words, where a model wants a number. */
const BUDGETS = { low: 4096, medium: 10_000, high: 24_000 } as const
const LEAST = 1024

/**
 * `reasoning` as the model takes it: a budget, or an effort. Thinking counts towards `max_tokens`, and does not go with a
 * tool that must be called.
 */
export const thinkingFields = (
  { reasoning = {}, maxOutputTokens }: ModelRequest,
  facts: AnthropicModelFacts,
  forcedTool: boolean,
): ThinkingFields => {
  const maxTokens = maxOutputTokens ?? facts.maxOutputTokens
  const none = (warning?: string, thinking?: JsonObject): ThinkingFields => ({
    ...(thinking && { thinking }),
    outputConfig: {},
    maxTokens,
    on: false,
    warnings: warning ? [warning] : [],
  })
  const { effort, budgetTokens } = reasoning
  if (effort === undefined && budgetTokens === undefined) return none()
  if (effort === 'none' || budgetTokens === 0)
    return none(undefined, facts.thinking === 'none' ? undefined : { type: 'disabled' })
  if (facts.thinking === 'none') return none('this model does not think before it answers: reasoning is not sent.')
  if (forcedTool) return none('thinking does not go with a tool that must be called: reasoning is not sent.')

  if (facts.thinking === 'adaptive') {
    const level = effort ?? effortFor(budgetTokens!)
    return {
      thinking: { type: 'adaptive' },
      outputConfig: { effort: level },
      maxTokens,
      on: true,
      warnings:
        budgetTokens === undefined ? [] : [`this model takes no budget to think: it is told the effort ${level}.`],
    }
  }
  const wanted = Math.max(LEAST, Math.floor(budgetTokens ?? BUDGETS[effort!]))
  // Room for an answer must be left of it.
  const budget = Math.min(wanted, maxTokens - 1)
  if (budget < LEAST)
    return none(`maxOutputTokens ${maxTokens} leaves no room for the least budget of ${LEAST}: reasoning is not sent.`)
  return {
    thinking: { type: 'enabled', budget_tokens: budget },
    outputConfig: {},
    maxTokens,
    on: true,
    warnings:
      budget < (budgetTokens ?? 0) ? [`the budget to think is cut to ${budget}: max_tokens is ${maxTokens}.`] : [],
  }
}

const effortFor = (budget: number): 'low' | 'medium' | 'high' =>
  budget <= BUDGETS.low ? 'low' : budget <= BUDGETS.medium ? 'medium' : 'high'
