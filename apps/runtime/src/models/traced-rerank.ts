import { type RankingOptions, type Reranker, type RerankResult, type Span, splitModelId, withSpan } from '@rt/core'

export interface TracedRerankOptions extends Omit<RankingOptions, 'span' | 'label'> {
  query: string
  documents: string[]
  root: Span
}

/** Asks a reranker in a span of its own. */
export const tracedRerank = (
  model: Reranker,
  local: boolean,
  { query, documents, root, ...options }: TracedRerankOptions,
): Promise<RerankResult[]> => {
  const { provider = 'rt', model: name } = splitModelId(model.id, local)
  const attributes = {
    'gen_ai.operation.name': 'rerank',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': name,
    'rt.local': local,
    'rt.rerank.documents': documents.length,
  }
  return withSpan(root, `rerank ${model.id}`, attributes, (span) =>
    model.rerank(query, documents, { ...options, span }),
  )
}
