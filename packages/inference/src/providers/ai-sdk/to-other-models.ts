import { type EmbeddingModel, type Reranker, RtError } from '@rt/core'
import { toV4Error } from './to-v4-error.ts'
import type { V4EmbeddingModel, V4RerankingModel } from './v4-other-models.ts'
import type { V4Warning } from './v4-shared.ts'

/** A model of rt as an EmbeddingModelV4. `providerOptions: { rt: { kind: 'query' } }` embeds queries. */
export const toEmbeddingModel = (model: EmbeddingModel, provider: string): V4EmbeddingModel => ({
  specificationVersion: 'v4',
  provider,
  modelId: model.id,
  // rt's models make their own batches.
  maxEmbeddingsPerCall: Infinity,
  supportsParallelCalls: true,
  async doEmbed({ values, dimensions, abortSignal, providerOptions }) {
    const kind = providerOptions?.['rt']?.['kind'] === 'query' ? 'query' : 'document'
    const { vectors, tokens, truncated } = await translated(
      model.embed(values, { kind, ...(abortSignal && { signal: abortSignal }) }),
      model.id,
    )
    const warnings: V4Warning[] = []
    if (dimensions !== undefined && dimensions !== model.dimensions)
      warnings.push({ type: 'unsupported', feature: 'dimensions', details: `${model.id} has ${model.dimensions}.` })
    if (truncated.length > 0)
      warnings.push({
        type: 'other',
        message: `${truncated.length} of ${values.length} texts were longer than ${model.maxTokens} tokens and were cut.`,
      })
    return { embeddings: vectors.map((vector) => [...vector]), usage: { tokens }, warnings }
  },
})

/** A reranker of rt as a RerankingModelV4. Objects are read as their JSON. */
export const toRerankingModel = (reranker: Reranker, provider: string): V4RerankingModel => ({
  specificationVersion: 'v4',
  provider,
  modelId: reranker.id,
  async doRerank({ query, documents, topN, abortSignal }) {
    const texts = documents.type === 'text' ? documents.values : documents.values.map((value) => JSON.stringify(value))
    const options = { ...(topN !== undefined && { topK: topN }), ...(abortSignal && { signal: abortSignal }) }
    const ranked = await translated(reranker.rerank(query, texts, options), reranker.id)
    return { ranking: ranked.map(({ index, score }) => ({ index, relevanceScore: score })) }
  },
})

const translated = <T>(work: Promise<T>, model: string): Promise<T> =>
  work.catch((thrown: unknown) => {
    throw RtError.isInstance(thrown) ? toV4Error(thrown, model) : thrown
  })
