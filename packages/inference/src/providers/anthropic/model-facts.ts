/** What the requests to a model depend on. */
export interface AnthropicModelFacts {
  /** Prompt and answer together. */
  contextTokens: number
  /** `max_tokens` of a request that names none: the API wants a number. */
  maxOutputTokens: number
  /** `budget`: told how many tokens to think. `adaptive`: decides itself, and is told an effort. */
  thinking: 'none' | 'budget' | 'adaptive'
  /** Takes `output_config.format`; without it a forced tool does. */
  jsonFormat: boolean
  /** Takes temperature, topP and topK at all (under 2023-06-01). */
  sampling: boolean
  /** Takes temperature and topP in one request. */
  temperatureWithTopP: boolean
}

const MODERN: AnthropicModelFacts = {
  contextTokens: 200_000,
  maxOutputTokens: 32_000,
  thinking: 'adaptive',
  jsonFormat: true,
  sampling: false,
  temperatureWithTopP: false,
}

/**
 * What a model's name tells: `claude-sonnet-4-5-20250929`, `claude-3-5-haiku-latest`. A Claude of a generation that is
 * not known counts as of the newest; a name of another kind is a server that imitates the API.
 */
export const modelFacts = (model: string, known: Partial<AnthropicModelFacts> = {}): AnthropicModelFacts => ({
  ...byName(model),
  ...known,
})

const byName = (model: string): AnthropicModelFacts => {
  const name = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2})(?!\d))?/.exec(model)
  if (!name)
    return model.includes('claude')
      ? MODERN
      : { ...MODERN, thinking: 'budget', sampling: true, temperatureWithTopP: true }
  // 4.5 as 405: decimals do not compare exactly.
  const generation = Number(name[1]) * 100 + Number(name[2] ?? 0)
  if (generation < 305) return { ...OLD, maxOutputTokens: 4096 }
  if (generation < 307) return OLD
  const old: AnthropicModelFacts = { ...OLD, maxOutputTokens: 64_000, thinking: 'budget' }
  if (generation < 400) return old
  if (generation < 405)
    return { ...old, maxOutputTokens: model.includes('opus') ? 32_000 : 64_000, temperatureWithTopP: generation < 401 }
  const modern = { ...MODERN, maxOutputTokens: 64_000 }
  if (generation < 406) return { ...modern, thinking: 'budget', sampling: true }
  return generation < 407 ? { ...modern, sampling: true } : modern
}

const OLD: AnthropicModelFacts = {
  ...MODERN,
  maxOutputTokens: 8192,
  thinking: 'none',
  jsonFormat: false,
  sampling: true,
  temperatureWithTopP: true,
}
