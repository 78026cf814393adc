// Every line here is public API of @rt/inference/anthropic.
export { createAnthropic } from './create-anthropic.ts'
export type { AnthropicModelFacts } from './model-facts.ts'
export type { AnthropicOptions, AnthropicVersion } from './options.ts'
export type { AnthropicBatch, AnthropicBatches, AnthropicBatchRequest, AnthropicBatchResult } from './batches.ts'
export type { AnthropicFile, AnthropicFiles } from './files.ts'
export type { AnthropicProvider } from './create-anthropic.ts'
