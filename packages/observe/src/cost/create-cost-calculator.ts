import { inputTokens, type Usage } from '@rt/core'

export interface PricedCall {
  /** As `gen_ai.provider.name`, e.g. `anthropic`. */
  provider?: string
  model: string
  local: boolean
  usage: Usage
  /** How long the call took. */
  ms: number
  /** When it was made: prices change. Default now. */
  at?: Date
}

/** USD of one call; `null` when nobody knows its price, which is not 0. */
export type CostCalculator = (call: PricedCall) => Promise<number | null>

export interface CostCalculatorOptions {
  /** What a second of this machine costs. Default 0. */
  localUsdPerSecond?: number
}

/**
 * Prices by @pydantic/genai-prices (its bundled table: nothing is fetched), loaded at the first remote call. Cached
 * tokens are billed at their own rate and once: the table takes totals, of which cached tokens are a part.
 */
export const createCostCalculator = ({ localUsdPerSecond = 0 }: CostCalculatorOptions = {}): CostCalculator => {
  let loading: Promise<typeof import('@pydantic/genai-prices')> | undefined
  return async ({ provider, model, local, usage, ms, at }) => {
    if (local) return (ms / 1000) * localUsdPerSecond
    try {
      const { calcPrice } = await (loading ??= import('@pydantic/genai-prices'))
      const price = calcPrice(
        {
          input_tokens: inputTokens(usage),
          cache_read_tokens: usage.cacheRead,
          cache_write_tokens: usage.cacheWrite,
          output_tokens: usage.output,
        },
        model,
        { ...(provider !== undefined && { providerId: provider }), ...(at && { timestamp: at }) },
      )
      return price?.total_price ?? null
    } catch {
      return null // The table throws for counts it does not understand: unknown, then.
    }
  }
}
