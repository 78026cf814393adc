/**
 * Attribute names of spans, in one place. `gen_ai.*` follow open-telemetry/semantic-conventions-genai at the revisions
 * 024a4f9 (docs/gen-ai/client-inference.md) and 32c328e (docs/gen-ai/non-normative/migration.md); all of it is still
 * "development" there, and the npm package of the conventions marks its copies as deprecated. What the conventions
 * do not have is ours, under `rt.`.
 */
export const SEMCONV = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  /** All prompt tokens, cached ones included. */
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  finishReasons: 'gen_ai.response.finish_reasons',
  /** Seconds. */
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  dataSource: 'gen_ai.data_source.id',
  topK: 'gen_ai.retrieval.top_k',
  errorType: 'error.type',
  serviceName: 'service.name',
  /** The model ran on this machine. */
  local: 'rt.local',
  queueMs: 'rt.queue_ms',
  prefillMs: 'rt.prefill_ms',
  decodeMs: 'rt.decode_ms',
  costUsd: 'rt.cost.usd',
  /** Set to true when a call has no known price. Such a call has no `rt.cost.usd`: unknown is not 0. */
  costUnknown: 'rt.cost.unknown',
  /** Its models, as `provider/model`. */
  costUnpriced: 'rt.cost.unpriced',
  /** The call was part of a batch. */
  batch: 'rt.batch',
  /** An event: what one model of a route took, with provider, model and counts under the names above. */
  routeSpent: 'rt.route.spent',
  cacheHit: 'rt.cache.hit',
  cacheSavedTokens: 'rt.cache.saved_tokens',
} as const

/** Operations that are billed by tokens. */
export const PRICED_OPERATIONS: ReadonlySet<unknown> = new Set([
  'chat',
  'generate_content',
  'text_completion',
  'embeddings',
])
