import type { CallOptions } from '../model/call-options.ts'
import type { JsonObject } from '../schema/json.ts'
import type { VectorFilter } from './vector-filter.ts'
import type { VectorHit, VectorQuery } from './vector-query.ts'

export type Metric = 'cosine' | 'dot' | 'l2'

/** What a collection's vectors are. Fixed when the first vector comes, checked at every open. */
export interface CollectionStamp {
  dimensions: number
  metric: Metric
  /** `EmbeddingModel.fingerprint`. */
  fingerprint: string
}

/** How texts become words. */
export type Tokenizer =
  /** Words, stemmed as English. */
  | 'porter'
  /** Words as they stand, without case and accents. */
  | 'unicode61'
  /** Any three characters in a row: parts of words, and scripts without spaces. */
  | 'trigram'

/** Set when a collection is made; later values that differ are an error, as with the stamp. */
export interface CollectionOptions {
  /** Default `porter`. */
  tokenizer?: Tokenizer
  /** Milliseconds after its last write at which a record ends, where it has no `expires` of its own. */
  ttl?: number
  /** Which index searches it. Default `auto`: by size and measured time. */
  index?: 'auto' | 'flat' | 'usearch' | 'hnsw'
  /** Share of the true neighbours a search through a graph has to find. Default 0.97. */
  recall?: number
}

export interface VectorRecord {
  id: string
  vector?: Float32Array
  /** Indexed for keyword search. */
  text?: string
  metadata?: JsonObject
  /** Milliseconds since 1970 at which it ends: from then on nothing finds it. */
  expires?: number
}

/** New metadata of a record; vector and text stay. */
export interface MetadataUpdate {
  id: string
  /** Merged into what is there, key by key at the top level; null stays null, a key is removed by `remove`. */
  set?: JsonObject
  /** Top-level keys to take out. */
  remove?: string[]
}

export interface ScrollOptions extends CallOptions {
  filter?: VectorFilter
  /** Records a page. Default 256. */
  limit?: number
  /** `next` of the page before. */
  after?: string
  /** Whether records carry their vectors. Default true. */
  vectors?: boolean
}

export interface ScrollPage {
  /** In an order that stays the same; what is written meanwhile may or may not be among them. */
  records: VectorRecord[]
  /** Absent on the last page. */
  next?: string
}

/** What searches a collection right now, and why. */
export interface IndexInfo {
  kind: string
  /** Why this one. */
  reason: string
  /** Bytes of memory it takes, as far as it is loaded. */
  bytes?: number
  /** Vectors written since the graph was built: compared one by one. */
  tail?: number
  /** Entries of the graph whose vector is gone or another one. */
  tombstones?: number
  /** Share of the true neighbours found for sampled queries, when it was last measured. */
  recall?: number
  /** What `recall` is held to. */
  target?: number
  /** Candidates a search looks at in the graph. */
  ef?: number
  /** While one is being built: share done. */
  building?: number
}

export interface Migrating {
  /** Records that have their new vector, of all. */
  done: number
  total: number
  /** The new vectors found less of what they should than the old ones: both are kept. Shares of sampled records found. */
  behind?: { before: number; after: number }
}

export interface CollectionInfo {
  name: string
  count: number
  /** Records with a vector, where the store knows. */
  vectors?: number
  /** On disk, where the store knows. */
  bytes?: number
  stamp?: CollectionStamp
  /** Name of the model behind the stamp's fingerprint, where it is known. */
  embedder?: string
  options?: CollectionOptions
  index: IndexInfo
  aliases?: string[]
  /** While its vectors are replaced by those of another embedder. */
  migrating?: Migrating
  /** Paths of metadata with an index of their own. */
  fields?: string[]
}

/** What a store can do; shared code asks this and never a name. */
export interface VectorCapabilities {
  metrics: readonly Metric[]
  /** What a write that has resolved survives. `server`: as its server is configured. */
  durability: 'power-loss' | 'process-crash' | 'server'
  consistency: 'read-your-writes' | 'eventual'
  /** One `upsert` of an array is stored whole or not at all. */
  atomicUpsert: boolean
  /** How words are weighed. `bm25`: over the collection. */
  keyword: 'bm25' | 'ts-rank'
  tokenizers: readonly Tokenizer[]
  /** A filtered search of a graph: inside the graph, or on more candidates than asked for. */
  filteredSearch: 'exact' | 'graph' | 'over-fetch'
  /** `snapshot` works. */
  snapshot: boolean
  /** `rename` works. */
  rename: boolean
}

export interface VectorCollection {
  readonly name: string
  /**
   * Inserts or replaces whole records. Durable when it resolves. An array is one transaction where the store can
   * (`atomicUpsert`); an id twice in it: the last wins. An iterable is taken in batches, as fast as they are stored.
   * The array is the caller's again at once, its records and their vectors when it resolves.
   */
  upsert(
    records: VectorRecord[] | Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
    options?: CallOptions,
  ): Promise<void>
  get(ids: string[], options?: CallOptions): Promise<VectorRecord[]>
  /** Changes metadata alone; answers how many records there were. */
  update(changes: MetadataUpdate[], options?: CallOptions): Promise<number>
  /** Of these ids, or of all that match; answers how many there were. An empty filter is refused: use `drop`. */
  delete(which: string[] | { filter: VectorFilter }, options?: CallOptions): Promise<number>
  count(options?: CallOptions & { filter?: VectorFilter }): Promise<number>
  /** All records, page by page. */
  scroll(options?: ScrollOptions): Promise<ScrollPage>
  search(query: VectorQuery, options?: CallOptions): Promise<VectorHit[]>
  describe(): Promise<CollectionInfo>
}

export interface VectorStore extends AsyncDisposable {
  /** `sqlite`, `qdrant`: for people. */
  readonly kind: string
  readonly capabilities: VectorCapabilities
  /**
   * Opens a collection by name or alias, creating it when missing.
   *
   * @throws RtError `stamp_mismatch` when it exists with another dimension, metric or fingerprint, or other options.
   */
  collection(name: string, stamp?: CollectionStamp, options?: CollectionOptions): Promise<VectorCollection>
  /** By name. Aliases stand with their collections. */
  list(): Promise<CollectionInfo[]>
  /** A collection, with its aliases; false when there is none of that name. An alias is refused. */
  drop(name: string): Promise<boolean>
  /**
   * Points names at collections, all at once: readers see all changes or none. A null removes the alias.
   *
   * @throws RtError `not_found` for a collection that does not exist, `invalid_request` for a name a collection has.
   */
  alias(changes: { [alias: string]: string | null }): Promise<void>
  /**
   * Gives a collection another name, at once; its aliases go along. With `replace` what has that name is dropped in the same
   * moment, and the aliases of both stay.
   *
   * @throws RtError `not_found`; `invalid_request` when the name is taken; `unsupported` where `capabilities.rename` is false.
   */
  rename(name: string, to: string, options?: { replace?: boolean }): Promise<void>
  /**
   * Copies all collections into a new file while they are served.
   *
   * @throws RtError `unsupported` where `capabilities.snapshot` is false.
   */
  snapshot(path: string, options?: CallOptions): Promise<void>
}
