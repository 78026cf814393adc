import type { Principal, Reranker } from '@rt/core'
import { createMeter, type Metering } from './meter.ts'

/** A reranker that is told who asks. */
export interface MeteredReranker extends Reranker {
  rerank(
    query: string,
    documents: string[],
    options?: Parameters<Reranker['rerank']>[2] & { principal?: Principal },
  ): ReturnType<Reranker['rerank']>
}

/** A remote reranker under the limits and the budget of all models. It tells no tokens: an estimate is booked. */
export const createMeteredReranker = (model: Reranker, metering: Metering): MeteredReranker => {
  const meter = createMeter({ id: model.id, local: false }, metering)
  if (!meter) return model
  return {
    id: model.id,
    rerank: (query, documents, options = {}) =>
      // The query is read with each document.
      meter(
        documents.flatMap((document) => [query, document]),
        options,
        async () => ({
          result: await model.rerank(query, documents, options),
        }),
      ),
  }
}
