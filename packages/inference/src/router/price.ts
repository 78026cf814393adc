import type { Usage } from '@rt/core'

/** USD of a call; `null` = nobody knows. `createCostCalculator` of @rt/observe is one. */
export type Price = (call: {
  provider?: string
  model: string
  local: boolean
  usage: Usage
  /** How long the call took; 0 before it. */
  ms: number
}) => number | null | Promise<number | null>

/** `anthropic/claude-sonnet-4-5` as its provider and its name there. Names of local models have no provider. */
export const splitModelId = (id: string, local: boolean): { provider?: string; model: string } => {
  const slash = id.indexOf('/')
  return local || slash <= 0 ? { model: id } : { provider: id.slice(0, slash), model: id.slice(slash + 1) }
}
