// Every line here is public API of @rt/inference/ai-sdk.
export { fromAISDK } from './from-ai-sdk.ts'
export { toAISDK } from './to-ai-sdk.ts'
export type { AISDKModelInfo, AISDKSource, FromAISDKOptions } from './from-ai-sdk.ts'
export type { AISDKModels } from './to-ai-sdk.ts'
export type {
  V4CallOptions,
  V4GenerateResult,
  V4LanguageModel,
  V4StreamPart,
  V4StreamResult,
} from './v4-language-model.ts'
export type { V4EmbeddingModel, V4Provider, V4RerankingModel } from './v4-other-models.ts'
