import type { CallOptions, JsonObject, Metric, WordMatch } from '@rt/core'
import type { FilterNode } from '../filter/index.ts'

/** One entry of a ranked list. */
export interface RankedHit {
  id: string
  /** As measured: cosine, dot product, Euclidean distance (then lower is better) or BM25. */
  raw: number
}

export interface FetchedRecord {
  id: string
  text: string | undefined
  metadata: JsonObject
  /** As it was given, where it was asked for and there is one. */
  vector: Float32Array | undefined
}

/**
 * What `searchCollection` asks of a store: two ranked lists and the records behind them. Fusion, thresholds, reranking,
 * MMR, grouping and explanations are the same for all stores, so that the same data gives the same answer everywhere.
 * Arguments are checked; expired records are never given.
 */
export interface CandidateSource {
  readonly name: string
  /** Metric and dimensions of its vectors; undefined while it has none. */
  shape(options: CallOptions): Promise<{ metric: Metric; dimensions: number } | undefined>
  /** The nearest vectors, best first, `raw` in the collection's metric. `exact`: every vector is compared. */
  dense(
    vector: Float32Array,
    options: CallOptions & { k: number; filter: FilterNode | undefined; exact: boolean },
  ): Promise<RankedHit[]>
  /** The best matches by words, best first, `raw` higher is better. Nothing in `text` may reach a query language. */
  keyword(
    text: string,
    options: CallOptions & { k: number; filter: FilterNode | undefined; words: WordMatch },
  ): Promise<RankedHit[]>
  /** Those of the records that are there, in any order. */
  fetch(ids: string[], options: CallOptions & { vectors: boolean }): Promise<FetchedRecord[]>
}
