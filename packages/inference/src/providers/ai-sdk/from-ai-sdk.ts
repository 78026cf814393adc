import { type Clock, type ModelCapabilities, type Provider, RtError, systemClock } from '@rt/core'
import { fromEmbeddingModel } from './from-embedding-model.ts'
import { fromLanguageModel } from './from-language-model.ts'
import { fromRerankingModel } from './from-reranking-model.ts'
import type { V4LanguageModel } from './v4-language-model.ts'
import type { V4EmbeddingModel, V4RerankingModel } from './v4-other-models.ts'
import type { V4Metadata } from './v4-shared.ts'

/** One model, known by its `modelId`; or what makes one from a name, such as a provider of the AI SDK, at each call. */
export type AISDKSource<Model> = Model | ((model: string) => Model | PromiseLike<Model>)

/** What the AI SDK does not say of a model. */
export interface AISDKModelInfo {
  /** Default: a remote model with tools, structured output, images and 128,000 tokens of context. */
  capabilities?: Partial<ModelCapabilities>
  /** Length of its vectors. Embedding models need it. */
  dimensions?: number
  /** Longest text of an embedding model, in tokens. Default 8192. */
  maxTokens?: number
  /** Raw cosine from which two texts count as related. */
  relatedCosine?: number
}

export interface FromAISDKOptions {
  /** Its models are called `<id>/<model>`. */
  id: string
  languageModel?: AISDKSource<V4LanguageModel>
  embeddingModel?: AISDKSource<V4EmbeddingModel>
  rerankingModel?: AISDKSource<V4RerankingModel>
  /** By name, without the id; `*` stands for all others. */
  models?: Record<string, AISDKModelInfo>
  /** Goes with every call as it is, keyed by the AI SDK's name of the provider. */
  providerOptions?: V4Metadata
  /** Most milliseconds until an answer begins, or embeddings and rankings are there. Default 120,000. */
  timeoutMs?: number
  /** Most milliseconds of silence in the middle of an answer. Default 60,000. */
  idleMs?: number
  clock?: Clock
}

const CAPABILITIES: ModelCapabilities = {
  local: false,
  contextTokens: 128_000,
  tools: 'native',
  structuredOutput: true,
  tokenCount: 'estimate',
  reasoning: false,
  images: true,
}

/** Models of the AI SDK (version 4 of its provider interface, `ai` 7) as a provider of rt. */
export const fromAISDK = ({
  id,
  languageModel,
  embeddingModel,
  rerankingModel,
  models = {},
  providerOptions,
  timeoutMs = 120_000,
  idleMs = 60_000,
  clock = systemClock,
}: FromAISDKOptions): Provider => {
  const common = { providerOptions, timeoutMs, clock }
  const infoOf = (model: string): AISDKModelInfo => (Object.hasOwn(models, model) ? models[model] : models['*']) ?? {}
  return {
    id,
    languageModel: (model) =>
      fromLanguageModel({
        ...common,
        provider: id,
        id: `${id}/${model}`,
        open: opener(id, model, languageModel),
        capabilities: { ...CAPABILITIES, ...infoOf(model).capabilities },
        idleMs,
      }),
    ...(embeddingModel && {
      embeddingModel: (model: string) => {
        const { dimensions, maxTokens = 8192, relatedCosine } = infoOf(model)
        if (dimensions === undefined)
          throw new RtError({
            code: 'config_invalid',
            message: `how long the vectors of ${id}/${model} are is not known.`,
            hint: `say it: models: { ${JSON.stringify(model)}: { dimensions: … } }.`,
          })
        const open = opener(id, model, embeddingModel)
        return fromEmbeddingModel({ ...common, id: `${id}/${model}`, open, dimensions, maxTokens, relatedCosine })
      },
    }),
    ...(rerankingModel && {
      reranker: (model: string) =>
        fromRerankingModel({ ...common, id: `${id}/${model}`, open: opener(id, model, rerankingModel) }),
    }),
  }
}

const opener =
  <Model extends { modelId: string; specificationVersion: string }>(
    id: string,
    name: string,
    source: AISDKSource<Model> | undefined,
  ) =>
  async (): Promise<Model> => {
    const model = typeof source === 'function' ? await source(name) : source
    // A function source may give any; a lone model answers to its own name only.
    if (!model || (typeof source !== 'function' && model.modelId !== name))
      throw new RtError({
        code: 'model_not_found',
        message: `${id} has no model ${JSON.stringify(name)} of this kind.`,
        ...(model && { hint: `it has ${JSON.stringify(model.modelId)}.` }),
      })
    if (model.specificationVersion !== 'v4')
      throw new RtError({
        code: 'unsupported',
        message: `${id}/${name} speaks version ${JSON.stringify(model.specificationVersion)} of the AI SDK's provider interface; rt speaks v4.`,
        hint: 'update its package to one that belongs to `ai` 7.',
      })
    return model
  }
