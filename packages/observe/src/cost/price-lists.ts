/** Other names of the price lists in @pydantic/genai-prices: rt's presets, OpenTelemetry's provider names, AI SDK ids. */
const ALIASES = new Map([
  ['gemini', 'google'],
  ['gcp.gemini', 'google'],
  ['gcp.gen_ai', 'google'],
  ['gcp.vertex_ai', 'google'],
  ['mistral_ai', 'mistral'],
  ['togetherai', 'together'],
  ['bedrock', 'aws'],
  ['aws.bedrock', 'aws'],
  ['azure.ai.openai', 'azure'],
  ['xai', 'x-ai'],
  ['x_ai', 'x-ai'],
  ['moonshot_ai', 'moonshotai'],
])

/**
 * What a batch costs of the ordinary price, where that is one factor for all tokens, cached ones included. Others (Google,
 * Groq) leave out cached tokens, or do not say: their batches are of unknown price.
 */
const BATCH_FACTORS = new Map([
  ['anthropic', 0.5], // https://platform.claude.com/docs/build-with-claude/batch-processing
  ['openai', 0.5], // https://developers.openai.com/api/docs/pricing, column Batch
])

export const priceListOf = (name: string): string => ALIASES.get(name) ?? name

/** `null`: not known. */
export const batchFactorOf = (list: string | null): number | null =>
  (list === null ? undefined : BATCH_FACTORS.get(list)) ?? null
