import type { CallOptions } from './call-options.ts'

export interface RerankResult {
  /** Position in the input. */
  index: number
  /** Relevance in [0, 1]. */
  score: number
}

export interface Reranker {
  readonly id: string
  /** Best first. */
  rerank(query: string, documents: string[], options?: CallOptions & { topK?: number }): Promise<RerankResult[]>
}
