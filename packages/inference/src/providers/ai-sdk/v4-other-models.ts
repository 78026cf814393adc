import type { V4LanguageModel, V4ResponseMetadata } from './v4-language-model.ts'
import type { V4JsonObject, V4Metadata, V4Warning } from './v4-shared.ts'

interface CommonOptions {
  abortSignal?: AbortSignal
  providerOptions?: V4Metadata
  headers?: Record<string, string>
}

export interface V4EmbedOptions extends CommonOptions {
  values: string[]
  dimensions?: number
}

export interface V4EmbedResult {
  embeddings: number[][]
  usage?: { tokens: number }
  providerMetadata?: V4Metadata
  response?: { headers?: Record<string, string>; body?: unknown }
  warnings: V4Warning[]
}

/** An EmbeddingModelV4 of the AI SDK. */
export interface V4EmbeddingModel {
  readonly specificationVersion: 'v4'
  readonly provider: string
  readonly modelId: string
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean
  doEmbed(options: V4EmbedOptions): PromiseLike<V4EmbedResult>
}

export interface V4RerankOptions extends CommonOptions {
  documents: { type: 'text'; values: string[] } | { type: 'object'; values: V4JsonObject[] }
  query: string
  topN?: number
}

export interface V4RerankResult {
  ranking: { index: number; relevanceScore: number }[]
  providerMetadata?: V4Metadata
  warnings?: V4Warning[]
  response?: V4ResponseMetadata & { headers?: Record<string, string>; body?: unknown }
}

/** A RerankingModelV4 of the AI SDK. */
export interface V4RerankingModel {
  readonly specificationVersion: 'v4'
  readonly provider: string
  readonly modelId: string
  doRerank(options: V4RerankOptions): PromiseLike<V4RerankResult>
}

/** A ProviderV4 of the AI SDK. */
export interface V4Provider {
  readonly specificationVersion: 'v4'
  languageModel(modelId: string): V4LanguageModel
  embeddingModel(modelId: string): V4EmbeddingModel
  rerankingModel(modelId: string): V4RerankingModel
  /** @throws RtError `unsupported`: rt has none. */
  imageModel(modelId: string): never
}
