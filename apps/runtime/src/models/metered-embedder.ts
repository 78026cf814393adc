import type { EmbeddingModel } from '@rt/core'
import { createMeter, type Metering } from './meter.ts'
import { wrapEmbedder } from './wrap-embedder.ts'

/** A remote embedder under the limits and the budget of all models: asked before each call, told after it. */
export const createMeteredEmbedder = (model: EmbeddingModel, metering: Metering): EmbeddingModel => {
  const meter = createMeter(model, metering)
  if (!meter) return model
  return wrapEmbedder(model, (texts, options = {}) =>
    meter(texts, options, async () => {
      const result = await model.embed(texts, options)
      return { result, tokens: result.tokens }
    }),
  )
}
