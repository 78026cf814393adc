import { totalTokens, type Usage } from '@rt/core'
import { calculateListPrice } from './list-price.ts'
import { calculateOwnPrice, checkOwnPrices, findOwnPrice, type OwnPrice } from './own-price.ts'
import { batchFactorOf, priceListOf } from './price-lists.ts'

export interface PricedCall {
  /** As `gen_ai.provider.name`, e.g. `anthropic`. Without one, nobody knows whose price holds. */
  provider?: string
  model: string
  local: boolean
  usage: Usage
  /** How long the call took. */
  ms: number
  /** When it was made: prices change, by the day and some by the hour. Default now. */
  at?: Date
  /** It was part of a batch, which most providers bill for less. Default false. */
  batch?: boolean
}

/** USD of one call; `null` when nobody knows its price, which is not 0. */
export type CostCalculator = (call: PricedCall) => Promise<number | null>

export interface CostCalculatorOptions {
  /** What a second of this machine costs. Default 0. */
  localUsdPerSecond?: number
  /**
   * Whose list prices hold for a provider, e.g. `{ work: 'anthropic' }`; `null`: nobody's, whatever its name. Default: those
   * of the service with that very name.
   */
  providers?: Record<string, string | null>
  /** Prices by `provider/model` or `provider/*`, before those of the lists: of own servers, or as agreed. */
  prices?: Record<string, OwnPrice>
}

/**
 * Prices calls. Cache writes are taken for those of 5 minutes, the only ones rt asks for; service tiers, surcharges of
 * regions and what tools of a provider cost are not in it.
 *
 * @throws RtError `config_invalid` for a price that is no amount.
 */
export const createCostCalculator = ({
  localUsdPerSecond = 0,
  providers = {},
  prices = {},
}: CostCalculatorOptions = {}): CostCalculator => {
  checkOwnPrices(prices)
  const listOf = (provider: string): string | null => {
    const named = Object.hasOwn(providers, provider) ? (providers[provider] ?? null) : provider
    return named === null ? null : priceListOf(named)
  }
  return async ({ provider, model, local, usage, ms, at, batch = false }) => {
    if (local) return (ms / 1000) * localUsdPerSecond
    // No token at all: the provider did not say.
    if (provider === undefined || !isCount(usage) || totalTokens(usage) === 0) return null
    const list = listOf(provider)
    const own = findOwnPrice(prices, provider, model)
    const ordinary = own ? calculateOwnPrice(own, usage) : list && (await calculateListPrice(list, model, usage, at))
    const factor = batch ? batchFactorOf(list) : 1
    return typeof ordinary === 'number' && factor !== null ? ordinary * factor : null
  }
}

const isCount = (usage: Usage): boolean =>
  Object.values(usage).every((count: unknown) => typeof count === 'number' && Number.isFinite(count) && count >= 0)
