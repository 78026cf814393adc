import type { EmbeddingModel } from '@rt/core'

/** An embedder that is asked in another way, and is the same in all else: some know their dimensions only after a first vector. */
export const wrapEmbedder = (model: EmbeddingModel, embed: EmbeddingModel['embed']): EmbeddingModel => ({
  id: model.id,
  local: model.local,
  fingerprint: model.fingerprint,
  maxTokens: model.maxTokens,
  ...(model.relatedCosine !== undefined && { relatedCosine: model.relatedCosine }),
  get dimensions() {
    return model.dimensions
  },
  embed,
})
