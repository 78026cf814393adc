import { type EmbeddingModel, splitModelId, withSpan } from '@rt/core'
import { wrapEmbedder } from './wrap-embedder.ts'

/** An embedder whose calls stand in the trace of whatever asks it, with what they took: `rt cost` adds them up. */
export const createTracedEmbedder = (model: EmbeddingModel): EmbeddingModel => {
  const { provider = 'rt', model: name } = splitModelId(model.id, model.local)
  const attributes = {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': name,
    'rt.local': model.local,
  }
  return wrapEmbedder(model, (texts, { span: parent, ...options } = {}) =>
    withSpan(parent, `embeddings ${model.id}`, attributes, async (span) => {
      const result = await model.embed(texts, { ...options, span })
      span.set({ 'gen_ai.usage.input_tokens': result.tokens })
      return result
    }),
  )
}
