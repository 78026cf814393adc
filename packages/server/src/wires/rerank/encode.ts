import { createSecretId, type RerankResult } from '@rt/core'
import type { DecodedRerank } from './decode.ts'

/** Results as Jina, Cohere, vLLM and llama-server write them. */
export const encodeRanking = (
  { model, results }: { model: string; results: RerankResult[] },
  { documents, echo, warnings }: Pick<DecodedRerank, 'documents' | 'echo' | 'warnings'>,
): Record<string, unknown> => ({
  id: `rerank-${createSecretId()}`,
  object: 'list',
  model,
  results: results.map(({ index, score }) => ({
    index,
    relevance_score: score,
    ...(echo && { document: { text: documents[index] } }),
  })),
  rt: { warnings },
})
