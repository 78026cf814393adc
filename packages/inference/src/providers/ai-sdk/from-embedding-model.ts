import { type Clock, type EmbeddingModel, RtError, throwIfAborted, toRtError, withTimeout } from '@rt/core'
import { textTokens } from '../../driver-kit/estimate-tokens.ts'
import { unitVector } from '../../driver-kit/unit-vector.ts'
import { fromV4Error } from './from-v4-error.ts'
import type { V4EmbeddingModel } from './v4-other-models.ts'
import type { V4Metadata } from './v4-shared.ts'

export interface EmbeddingModelSource {
  id: string
  open: () => PromiseLike<V4EmbeddingModel> | V4EmbeddingModel
  dimensions: number
  maxTokens: number
  relatedCosine?: number | undefined
  providerOptions?: V4Metadata | undefined
  timeoutMs: number
  clock: Clock
}

/** An EmbeddingModelV4 as a model of rt. */
export const fromEmbeddingModel = (source: EmbeddingModelSource): EmbeddingModel => {
  const { id, open, dimensions, maxTokens, relatedCosine, providerOptions, timeoutMs, clock } = source
  const call = async (texts: string[], signal: AbortSignal): Promise<{ vectors: Float32Array[]; tokens: number }> => {
    const model = await open()
    const most = (await model.maxEmbeddingsPerCall) ?? Infinity
    const vectors: Float32Array[] = []
    let tokens = 0
    for (let start = 0; start < texts.length; start += most) {
      const values = most === Infinity ? texts : texts.slice(start, start + most)
      const { embeddings, usage } = await model.doEmbed({
        values,
        abortSignal: signal,
        ...(providerOptions && { providerOptions }),
      })
      if (embeddings.length !== values.length)
        throw new RtError({
          code: 'provider_error',
          message: `${id} gave ${embeddings.length} vectors for ${values.length} texts.`,
        })
      for (const embedding of embeddings) vectors.push(unitVector(embedding, { id, dimensions }))
      tokens += usage?.tokens ?? values.reduce((sum, text) => sum + textTokens(text), 0)
    }
    return { vectors, tokens }
  }
  return {
    id,
    local: false,
    fingerprint: `${id}/${dimensions}`,
    dimensions,
    maxTokens,
    ...(relatedCosine !== undefined && { relatedCosine }),
    async embed(texts, { signal } = {}) {
      throwIfAborted(signal)
      if (texts.length === 0) return { vectors: [], tokens: 0, truncated: [] }
      try {
        const error = (): RtError =>
          new RtError({ code: 'timeout', message: `${id} did not embed ${texts.length} texts within ${timeoutMs} ms.` })
        const answer = await withTimeout((both) => call(texts, both), { ms: timeoutMs, error, signal, clock })
        // The AI SDK does not say what was cut.
        return { ...answer, truncated: [] }
      } catch (thrown) {
        throw signal?.aborted ? toRtError(thrown) : fromV4Error(thrown, id)
      }
    },
  }
}
