import type { CallOptions } from '../model/call-options.ts'
import type { JsonObject, JsonValue } from '../schema/json.ts'

export type Metric = 'cosine'

/** What a collection's vectors are. Fixed when the first vector comes, checked at every open. */
export interface CollectionStamp {
  dimensions: number
  metric: Metric
  /** `EmbeddingModel.fingerprint`. */
  fingerprint: string
}

export interface VectorRecord {
  id: string
  vector?: Float32Array
  /** Indexed for keyword search. */
  text?: string
  metadata?: JsonObject
}

export type SearchMode = 'dense' | 'keyword' | 'hybrid'

export interface VectorQuery {
  vector?: Float32Array
  text?: string
  /** Default: hybrid when both are given, else the one that is. */
  mode?: SearchMode
  /** Default 10. */
  k?: number
  /** Equality on top-level metadata keys. The full filter language comes with the vector issue. */
  filter?: { [key: string]: JsonValue }
  /** Weights of hybrid fusion. Default keyword 0.35, dense 0.65. */
  weights?: { keyword: number; dense: number }
}

export interface VectorHit {
  id: string
  /** Final score in [0, 1]: fused for hybrid, cosine clamped at 0 for dense, min-max of BM25 for keyword. */
  score: number
  /** Raw cosine, where the vector list found it. Judge relevance on this, never on `score`. */
  cosine?: number
  /** Raw BM25 (higher is better), where the keyword list found it. */
  bm25?: number
  text?: string
  metadata: JsonObject
}

export interface CollectionInfo {
  name: string
  count: number
  stamp?: CollectionStamp
  index: string
}

export interface VectorCollection {
  readonly name: string
  /** Durable when it resolves. One call is one transaction; an id twice in one call: the last wins. */
  upsert(records: VectorRecord[], options?: CallOptions): Promise<void>
  get(ids: string[], options?: CallOptions): Promise<VectorRecord[]>
  delete(ids: string[], options?: CallOptions): Promise<number>
  count(options?: CallOptions): Promise<number>
  search(query: VectorQuery, options?: CallOptions): Promise<VectorHit[]>
  describe(): Promise<CollectionInfo>
}

export interface VectorStore extends AsyncDisposable {
  /**
   * Opens a collection, creating it when missing.
   *
   * @throws RtError `stamp_mismatch` when it exists with another dimension, metric or fingerprint.
   */
  collection(name: string, stamp?: CollectionStamp): Promise<VectorCollection>
  list(): Promise<CollectionInfo[]>
  drop(name: string): Promise<boolean>
}
