import { type EmbeddingModel, type LanguageModel, nearestNames, type Provider, type Reranker, RtError } from '@rt/core'
import { toLanguageModel } from './to-language-model.ts'
import { toEmbeddingModel, toRerankingModel } from './to-other-models.ts'
import type { V4Provider } from './v4-other-models.ts'

/** Models of rt by their ids. */
export interface AISDKModels {
  /** What the AI SDK calls the provider. Default `rt`. */
  id?: string
  languageModels?: LanguageModel[]
  embeddingModels?: EmbeddingModel[]
  rerankers?: Reranker[]
}

/** A provider of rt, or models of it, as a provider of the AI SDK: for generateText, streamText, embedMany, rerank of `ai` 7. */
export const toAISDK = (source: Provider | AISDKModels): V4Provider => {
  const provider = 'languageModel' in source ? source : providerOf(source)
  const { id } = provider
  const missing = (kind: string): RtError =>
    new RtError({ code: 'unsupported', message: `provider ${JSON.stringify(id)} has no ${kind}.` })
  return {
    specificationVersion: 'v4',
    languageModel: (model) => toLanguageModel(provider.languageModel(model), id),
    embeddingModel(model) {
      if (!provider.embeddingModel) throw missing('embedding models')
      return toEmbeddingModel(provider.embeddingModel(model), id)
    },
    rerankingModel(model) {
      if (!provider.reranker) throw missing('rerankers')
      return toRerankingModel(provider.reranker(model), id)
    },
    imageModel() {
      throw missing('image models')
    },
  }
}

const providerOf = ({
  id = 'rt',
  languageModels = [],
  embeddingModels = [],
  rerankers = [],
}: AISDKModels): Required<Pick<Provider, 'id' | 'languageModel' | 'embeddingModel' | 'reranker'>> => ({
  id,
  languageModel: (name) => named(name, languageModels, 'language model'),
  embeddingModel: (name) => named(name, embeddingModels, 'embedding model'),
  reranker: (name) => named(name, rerankers, 'reranker'),
})

const named = <Model extends { id: string }>(name: string, models: Model[], kind: string): Model => {
  const found = models.find(({ id }) => id === name)
  if (found) return found
  const names = models.map(({ id }) => id)
  const near = nearestNames(name, names)
  throw new RtError({
    code: 'model_not_found',
    message: `no ${kind} ${JSON.stringify(name)} was given to toAISDK.`,
    hint: near.length > 0 ? `did you mean ${near.join(', ')}?` : `it was given ${names.join(', ') || 'none'}.`,
  })
}
