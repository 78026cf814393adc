import { type CallOptions, type Reranker, withSpan } from '@rt/core'
import type { Candidate } from './candidate.ts'

export interface Reranked extends Candidate {
  /** Place and score of the cross-encoder; undefined for a record without text, which comes last. */
  reranked: { rank: number; score: number } | undefined
}

/** Orders candidates by what a cross-encoder makes of query and text. */
export const rerankCandidates = async (
  candidates: readonly Candidate[],
  query: string,
  model: Reranker,
  { signal, span: parent }: CallOptions,
): Promise<Reranked[]> => {
  const readable = candidates.filter(({ text }) => text)
  const rest = candidates.filter(({ text }) => !text)
  const attributes = { 'rt.rerank.model': model.id, 'rt.rerank.candidates': readable.length }
  const results = readable.length
    ? await withSpan(parent, 'vector.rerank', attributes, (span) =>
        model.rerank(
          query,
          readable.map(({ text }) => text!),
          { signal, span, topK: readable.length },
        ),
      )
    : []
  const ordered = results.map(({ index, score }, place): Reranked => {
    const candidate = readable[index]!
    return {
      ...candidate,
      raw: { ...candidate.raw, rerank: score },
      score,
      reranked: { rank: place + 1, score },
    }
  })
  return [...ordered, ...rest.map((candidate): Reranked => ({ ...candidate, score: 0, reranked: undefined }))]
}
