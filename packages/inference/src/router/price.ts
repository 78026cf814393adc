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
