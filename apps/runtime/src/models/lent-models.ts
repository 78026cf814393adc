import {
  type EmbeddingModel,
  type LanguageModel,
  type Reranker,
  type StreamPart,
  type TextClassifier,
  toTerminal,
} from '@rt/core'
import type { Kept } from '@rt/inference/memory'

// Handles that outlive the memory of their model: each call loads it again where it had to go, and keeps it while it runs.

export const lentChat = (model: LanguageModel, kept: Kept<LanguageModel>): LanguageModel => {
  async function* answer(
    ask: (model: LanguageModel) => AsyncIterable<StreamPart>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<StreamPart, void> {
    let lease
    try {
      lease = await kept.use({ signal })
    } catch (thrown) {
      yield { type: 'start', model: model.id }
      yield toTerminal(thrown)
      return
    }
    using lent = lease
    yield* ask(lent.model)
  }
  return {
    id: model.id,
    capabilities: model.capabilities,
    async countTokens(prompt, options) {
      using lease = await kept.use({ signal: options?.signal, before: true })
      return await lease.model.countTokens(prompt, options)
    },
    stream: (request, options) => answer((loaded) => loaded.stream(request, options), options?.signal),
    ...(model.redecode && {
      redecode: (callId, options) => answer((loaded) => loaded.redecode!(callId, options), options?.signal),
    }),
  }
}

export const lentEmbedder = (
  { id, local, fingerprint, dimensions, maxTokens, relatedCosine }: EmbeddingModel,
  kept: Kept<EmbeddingModel>,
): EmbeddingModel => ({
  id,
  local,
  fingerprint,
  dimensions,
  maxTokens,
  ...(relatedCosine !== undefined && { relatedCosine }),
  async embed(texts, options) {
    using lease = await kept.use({ signal: options?.signal })
    return await lease.model.embed(texts, options)
  },
})

export const lentReranker = ({ id }: Reranker, kept: Kept<Reranker>): Reranker => ({
  id,
  async rerank(query, documents, options) {
    using lease = await kept.use({ signal: options?.signal })
    return await lease.model.rerank(query, documents, options)
  },
})

export const lentClassifier = ({ id, local, labels }: TextClassifier, kept: Kept<TextClassifier>): TextClassifier => ({
  id,
  local,
  labels,
  async classify(texts, options) {
    using lease = await kept.use({ signal: options?.signal })
    return await lease.model.classify(texts, options)
  },
})
