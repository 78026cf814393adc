import type { CallOptions, HitExplanation, Reranker, ScorePart, VectorHit } from '@rt/core'
import type { FusedPart } from '../../fusion/ranked-list.ts'
import type { CheckedQuery } from '../check-query.ts'
import type { Candidate } from './candidate.ts'
import { diversify } from './diversify.ts'
import { groupCandidates } from './group.ts'
import { passes } from './passes.ts'
import { rerankCandidates } from './rerank.ts'

interface Refined extends Candidate {
  fused: number
  fusedRank: number
  reranked?: { rank: number; score: number } | undefined
  group?: string
  redundancy?: number
}

/** The second half of a search, on the caller's thread: reranker, thresholds, groups, novelty, and the cut to `k`. */
export const refineCandidates = async (
  candidates: readonly Candidate[],
  query: CheckedQuery,
  reranker: Reranker | undefined,
  options: CallOptions = {},
): Promise<VectorHit[]> => {
  let left: Refined[] = candidates.map((candidate, index) => ({
    ...candidate,
    fused: candidate.score,
    fusedRank: index + 1,
  }))
  if (reranker) {
    const places = new Map(left.map(({ id, fused, fusedRank }) => [id, { fused, fusedRank }]))
    const reranked = await rerankCandidates(left, query.text!, reranker, options)
    left = reranked.map((candidate) => ({ ...candidate, ...places.get(candidate.id)! }))
  }
  if (query.threshold) left = left.filter(({ raw }) => passes(raw, query.threshold!))
  if (query.group) left = groupCandidates(left, query.group)
  if (query.mmr) left = await diversify(left, { lambda: query.mmr.lambda, k: query.k }, options.signal)
  return left.slice(0, query.k).map((candidate) => toHit(candidate, query))
}

const toHit = (candidate: Refined, query: CheckedQuery): VectorHit => {
  const { id, score, raw, text, metadata, group } = candidate
  return {
    id,
    score,
    ...raw,
    ...(text !== undefined && { text }),
    metadata,
    ...(group !== undefined && { group }),
    ...(query.explain && { explain: explain(candidate, query) }),
  }
}

const explain = (candidate: Refined, { mode, fusion }: CheckedQuery): HitExplanation => {
  const { raw, dense, keyword, fused, fusedRank, reranked, redundancy } = candidate
  const distance = raw.cosine ?? raw.dot ?? raw.distance
  return {
    ...(dense && { dense: toPart(dense, distance) }),
    ...(keyword && { keyword: toPart(keyword, raw.bm25) }),
    fusion: mode === 'hybrid' ? fusion : 'none',
    fused,
    fusedRank,
    ...(reranked && { rerank: { rank: reranked.rank, raw: reranked.score, scaled: reranked.score, weight: 1 } }),
    ...(redundancy !== undefined && { redundancy }),
  }
}

const toPart = ({ rank, scaled, weight }: FusedPart, raw: number | undefined): ScorePart => ({
  ...(rank !== undefined && { rank }),
  ...(raw !== undefined && { raw }),
  scaled,
  weight,
})
