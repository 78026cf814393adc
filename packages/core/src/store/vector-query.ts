import type { Reranker } from '../model/reranker.ts'
import type { JsonObject } from '../schema/json.ts'
import type { VectorFilter } from './vector-filter.ts'

export type SearchMode = 'dense' | 'keyword' | 'hybrid'

/** How the words of a query are looked for. */
export type WordMatch =
  /** Any of them; rarer words count for more. */
  | 'any'
  /** All of them, anywhere. */
  | 'all'
  /** One after the other. */
  | 'phrase'
  /** All of them, the last one as a beginning: search as you type. */
  | 'prefix'

export interface VectorQuery {
  vector?: Float32Array
  text?: string
  /** Default: hybrid when both are given, else the one that is. */
  mode?: SearchMode
  /** Default 10. */
  k?: number
  filter?: VectorFilter
  /** Default `any`. */
  words?: WordMatch
  /** How the two lists of a hybrid search become one. Default `min-max`. */
  fusion?: 'min-max' | 'rrf'
  /** Weights of the lists. Default keyword 0.35, dense 0.65. */
  weights?: { keyword: number; dense: number }
  /** Hits below any of these raw scores are left out (above `distance`). A score a hit does not have is not judged. */
  threshold?: RawScores
  /** Orders the best candidates anew by a cross-encoder; needs `text`. */
  rerank?: {
    model: Reranker
    /** How many of the fused list it reads. Default 50. */
    candidates?: number
  }
  /**
   * Maximal marginal relevance: hits that say something new before hits that repeat. Needs vectors in the records;
   * those without count as unlike all others.
   */
  mmr?: {
    /** 1: relevance alone, 0: novelty alone. Default 0.5. */
    lambda?: number
    /** How many of the best are chosen from. Default the larger of 4 * k and 50. */
    candidates?: number
  }
  /** At most `size` hits of each value of a metadata field; records without it are a group each. */
  group?: { by: string; size?: number }
  /** Adds to each hit how its score came about. */
  explain?: boolean
  /** Compares every vector instead of asking a graph. Default false. */
  exact?: boolean
}

/** As measured, on scales of their own; which ones a hit has depends on the lists that found it and on the metric. */
export interface RawScores {
  /** -1 to 1. */
  cosine?: number
  /** Metric `dot`. */
  dot?: number
  /** Metric `l2`: Euclidean, 0 is the same. */
  distance?: number
  /** Higher is better; scales differ between stores. */
  bm25?: number
  /** Of the cross-encoder, as it gives it. */
  rerank?: number
}

export interface VectorHit extends RawScores {
  id: string
  /**
   * In [0, 1], to order one answer by: fused for hybrid; for dense cosine clamped at 0, 1 / (1 + distance), or the
   * logistic function of the dot product; min-max of BM25 for keyword; with a reranker min-max of its scores.
   * Judge relevance on a raw score, never on this.
   */
  score: number
  text?: string
  metadata: JsonObject
  /** With `group`: the value it belongs to. */
  group?: string
  explain?: HitExplanation
}

/** One list's part in a score. */
export interface ScorePart {
  /** Place in the list, from 1; absent when the list did not find it. */
  rank?: number
  /** As measured; absent when the list did not find it. */
  raw?: number
  /** On the scale of the fusion. */
  scaled: number
  weight: number
}

export interface HitExplanation {
  dense?: ScorePart
  keyword?: ScorePart
  fusion: 'min-max' | 'rrf' | 'none'
  /** Before reranking and MMR. */
  fused: number
  /** Place before reranking, from 1. */
  fusedRank: number
  rerank?: ScorePart
  /** With `mmr`: the likeness to the nearest hit above it. */
  redundancy?: number
}
