import type { CallOptions } from '../model/call-options.ts'
import type { VectorFilter } from '../store/vector-filter.ts'
import type { VectorHit, VectorQuery } from '../store/vector-query.ts'
import type {
  CollectionInfo,
  CollectionOptions,
  CollectionStamp,
  MetadataUpdate,
  ScrollOptions,
  ScrollPage,
  VectorRecord,
} from '../store/vector-store.ts'

/** A search as plain data: the reranker is named instead of given. */
export interface CollectionQuery extends Omit<VectorQuery, 'rerank'> {
  rerank?: {
    /** Name or alias; default: the reranker of the settings. */
    model?: string
    /** How many of the fused list it reads. Default 50. */
    candidates?: number
  }
}

export interface CreateCollectionOptions extends CallOptions {
  /** Of its vectors. Default: taken over from the first writer that has one; without, records are found by words. */
  stamp?: CollectionStamp
  options?: CollectionOptions
}

export interface RecordsOptions extends CallOptions {
  filter?: VectorFilter
  /** Whether records carry their vectors. Default true. */
  vectors?: boolean
}

/** Where collections are kept. */
export interface StorePlace {
  store: 'sqlite' | 'lancedb' | 'pgvector' | 'qdrant'
  /** Of a server its address, of LanceDB a folder, of SQLite a file (default: that of the data folder). */
  url?: string
  apiKey?: string
}

export interface MoveProgress {
  /** Each pass reads everything and carries over what differs; the one that finds nothing to do is the proof. */
  pass: number
  /** Records looked at in this pass, of `total`. */
  done: number
  total: number
  /** Records that had to be carried over in this pass, deletions included. */
  changed: number
}

export interface MoveOptions extends CallOptions {
  /** Default of both: the store of the settings. One must be another. */
  to?: StorePlace
  from?: StorePlace
  /** Leave the collection where it was as well. Default false. */
  keep?: boolean
  /** The new place holds an unfinished copy, which is made equal to the original. Default false: that is a `conflict`. */
  resume?: boolean
  onProgress?: (progress: MoveProgress) => void
}

export interface MoveReport {
  name: string
  /** Records in the new place; each was compared with its original. */
  records: number
  passes: number
  /** The collection is still in the old place. */
  kept: boolean
  ms: number
}

export interface MigrateCollectionOptions extends CallOptions {
  /** Take the new vectors also where they find less of sampled records. Default false. */
  force?: boolean
  onProgress?: (progress: MigrateProgress) => void
}

export interface MigrateProgress {
  /** Records that have their new vector, of all. */
  done: number
  total: number
}

export interface MigrateReport {
  name: string
  records: number
  /** Name of the embedder whose vectors it has now, or shall have. */
  embedder: string
  /** The new vectors have taken the old ones' place. */
  switched: boolean
  /** Shares of sampled records that were found by their own words; `before` is missing where the old embedder is gone. */
  parity: { before?: number; after: number; samples: number }
  ms: number
}

/** Collections and what is in them. A name may be an alias, except where a collection is made, moved or deleted. */
export interface CollectionOperations {
  list(): Promise<CollectionInfo[]>
  describe(name: string, options?: CallOptions): Promise<CollectionInfo>
  /** @throws RtError `conflict` when there is one of that name. */
  create(name: string, options?: CreateCollectionOptions): Promise<CollectionInfo>
  /** Deletes a collection with its documents; false when there is none. Waits for a running ingest of it. */
  drop(name: string, options?: CallOptions): Promise<boolean>
  /** Points names at collections, all at once; null removes one. */
  alias(changes: { [alias: string]: string | null }, options?: CallOptions): Promise<void>
  /**
   * Inserts or replaces records and answers how many; all of them are stored when it resolves. An array goes in whole or
   * not at all where the store can and it is not too large for one request. @throws RtError `not_found`: it makes no
   * collection.
   */
  upsert(
    name: string,
    records: VectorRecord[] | Iterable<VectorRecord> | AsyncIterable<VectorRecord>,
    options?: CallOptions,
  ): Promise<number>
  get(name: string, ids: string[], options?: CallOptions): Promise<VectorRecord[]>
  update(name: string, changes: MetadataUpdate[], options?: CallOptions): Promise<number>
  delete(name: string, which: string[] | { filter: VectorFilter }, options?: CallOptions): Promise<number>
  count(name: string, options?: CallOptions & { filter?: VectorFilter }): Promise<number>
  scroll(name: string, options?: ScrollOptions): Promise<ScrollPage>
  /** All records, read as fast as they are asked for. */
  records(name: string, options?: RecordsOptions): AsyncIterable<VectorRecord>
  search(name: string, query: CollectionQuery, options?: CallOptions): Promise<VectorHit[]>
  /**
   * Moves a collection to another store. What goes wrong leaves the old place as it was, and nothing in the new one.
   *
   * @throws RtError `conflict` when the new place has one of that name, `unsupported` for what it cannot hold,
   * `local_only` for records that must stay on this machine, `overloaded` when it is written faster than it can be moved.
   */
  move(name: string, options: MoveOptions): Promise<MoveReport>
  /**
   * Gives a collection the vectors of the embedder of the settings while it is used. It goes on when nobody waits for it.
   *
   * @throws RtError `invalid_request` when it has them, `model_not_found` without an embedder, `unsupported` where the store
   * cannot switch at once.
   */
  migrate(name: string, options?: MigrateCollectionOptions): Promise<MigrateReport>
}
