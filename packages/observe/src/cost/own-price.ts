import { RtError, type Usage } from '@rt/core'

/** USD per million tokens. */
export interface OwnPrice {
  input: number
  output: number
  /** Default: that of input. */
  cacheRead?: number
  /** Default: that of input. */
  cacheWrite?: number
}

/** @throws RtError `config_invalid` when one is no amount. */
export const checkOwnPrices = (prices: Record<string, OwnPrice>): void => {
  for (const [name, price] of Object.entries(prices))
    for (const [what, usd] of Object.entries(price) as [string, unknown][])
      if (typeof usd !== 'number' || !Number.isFinite(usd) || usd < 0)
        throw new RtError({
          code: 'config_invalid',
          message: `the price of ${name} has ${what} ${String(usd)}.`,
          hint: 'Give USD per million tokens, 0 or more.',
        })
}

/** The one of `provider/model`, else of `provider/*`. */
export const findOwnPrice = (
  prices: Record<string, OwnPrice>,
  provider: string,
  model: string,
): OwnPrice | undefined => {
  const name = [`${provider}/${model}`, `${provider}/*`].find((key) => Object.hasOwn(prices, key))
  return name === undefined ? undefined : prices[name]
}

export const calculateOwnPrice = (price: OwnPrice, usage: Usage): number => {
  const { input, output, cacheRead = input, cacheWrite = input } = price
  const sum = usage.input * input + usage.cacheRead * cacheRead + usage.cacheWrite * cacheWrite + usage.output * output
  return sum / 1e6
}
