import type { MatchLogic, PriceCalculation } from '@pydantic/genai-prices'
import { inputTokens, type Usage } from '@rt/core'

let loading: Promise<typeof import('@pydantic/genai-prices')> | undefined

/**
 * USD by the table of @pydantic/genai-prices, which is bundled (nothing is fetched) and loaded at the first call: with the
 * prices of the day `at`, and of the tier the prompt's length falls into. Cached tokens are billed at their own rate and
 * once: the table takes totals, of which they are a part. `null` where it does not say.
 */
export const calculateListPrice = async (
  list: string,
  model: string,
  usage: Usage,
  at: Date | undefined,
): Promise<number | null> => {
  const { calcPrice, findProvider } = await (loading ??= import('@pydantic/genai-prices'))
  // The table also takes names that only resemble one of its own: `my-openai-proxy` is not OpenAI.
  if (findProvider({ providerId: list })?.id !== list) return null
  const counts = {
    input_tokens: inputTokens(usage),
    cache_read_tokens: usage.cacheRead,
    cache_write_tokens: usage.cacheWrite,
    output_tokens: usage.output,
  }
  try {
    const price = calcPrice(counts, model, { providerId: list, ...(at && { timestamp: at }) })
    return price && isWhole(price, usage) && !isLaterModel(model, price) ? price.total_price : null
  } catch {
    return null // The table throws for counts it does not understand: unknown, then.
  }
}

/** A model billed by pages or hours, or for its input only, has no price for tokens. None at all: it is listed as free. */
const isWhole = ({ model_price: prices }: PriceCalculation, usage: Usage): boolean => {
  const free = Object.keys(prices).length === 0
  const hasInput = prices['input_mtok'] !== undefined || inputTokens(usage) === 0
  const hasOutput = prices['output_mtok'] !== undefined || usage.output === 0
  return free || (hasInput && hasOutput)
}

/** The table takes most names by how they begin, so `claude-sonnet-5-7` would cost what `claude-sonnet-5` does: a guess. */
const isLaterModel = (name: string, { model }: PriceCalculation): boolean => {
  const begun = beginnings(model.match).filter((begin) => name.toLowerCase().startsWith(begin.toLowerCase()))
  const longest = Math.max(0, ...begun.map(({ length }) => length))
  return longest > 0 && /^[-.][1-9]\d?(?![\da-z])/i.test(name.slice(longest))
}

const beginnings = (match: MatchLogic): string[] => {
  if ('or' in match) return match.or.flatMap(beginnings)
  if ('and' in match) return match.and.flatMap(beginnings)
  if ('equals' in match) return [match.equals]
  return 'starts_with' in match ? [match.starts_with] : []
}
