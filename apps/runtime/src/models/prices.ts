import type { CostCalculator } from '@rt/observe'
import type { ProviderSettings } from '../config/settings.ts'
import { once } from '../once.ts'
import { kindOf } from './open-provider.ts'

/** Prices of calls, by the providers as they are configured. The tables are read at the first remote call. */
export const createPrices = (providers: Record<string, ProviderSettings>): CostCalculator => {
  const calculate = once(async () => {
    const { createCostCalculator } = await import('@rt/observe')
    const all = Object.entries(providers)
    return createCostCalculator({
      // Whoever answers at another address sets their own price.
      providers: Object.fromEntries(
        all.map(([id, provider]) => [id, provider.baseURL === undefined ? kindOf(id, provider) : null]),
      ),
      prices: Object.fromEntries(all.flatMap(([id, { price }]) => (price ? [[`${id}/*`, price]] : []))),
    })
  })
  return async (call) => (call.local ? 0 : (await calculate())(call))
}
