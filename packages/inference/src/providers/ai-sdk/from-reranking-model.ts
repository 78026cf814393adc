import { type Clock, type Reranker, RtError, throwIfAborted, toRtError, withTimeout } from '@rt/core'
import { fromV4Error } from './from-v4-error.ts'
import type { V4RerankingModel } from './v4-other-models.ts'
import type { V4Metadata } from './v4-shared.ts'

export interface RerankerSource {
  id: string
  open: () => PromiseLike<V4RerankingModel> | V4RerankingModel
  providerOptions?: V4Metadata | undefined
  timeoutMs: number
  clock: Clock
}

/** A RerankingModelV4 as a reranker of rt. */
export const fromRerankingModel = ({ id, open, providerOptions, timeoutMs, clock }: RerankerSource): Reranker => ({
  id,
  async rerank(query, documents, { topK, signal } = {}) {
    throwIfAborted(signal)
    if (documents.length === 0) return []
    const call = async (abortSignal: AbortSignal): Promise<{ index: number; relevanceScore: number }[]> => {
      const model = await open()
      const { ranking } = await model.doRerank({
        query,
        documents: { type: 'text', values: documents },
        abortSignal,
        ...(topK !== undefined && { topN: topK }),
        ...(providerOptions && { providerOptions }),
      })
      return ranking
    }
    try {
      const error = (): RtError =>
        new RtError({
          code: 'timeout',
          message: `${id} did not rank ${documents.length} texts within ${timeoutMs} ms.`,
        })
      const ranking = await withTimeout(call, { ms: timeoutMs, error, signal, clock })
      const wrong = ranking.find(({ index, relevanceScore }) => !(index in documents) || Number.isNaN(relevanceScore))
      if (wrong)
        throw new RtError({
          code: 'provider_error',
          message: `${id} ranked document ${wrong.index} of ${documents.length} with ${wrong.relevanceScore}.`,
        })
      const scale = ranking.every(({ relevanceScore: score }) => score >= 0 && score <= 1) ? undefined : logistic
      return ranking
        .map(({ index, relevanceScore }) => ({ index, score: scale?.(relevanceScore) ?? relevanceScore }))
        .toSorted((a, b) => b.score - a.score)
        .slice(0, topK)
    } catch (thrown) {
      throw signal?.aborted ? toRtError(thrown) : fromV4Error(thrown, id)
    }
  },
})

/** Scores outside [0, 1] are taken for logits, which is what cross-encoders give. */
const logistic = (score: number): number => 1 / (1 + Math.exp(-score))
