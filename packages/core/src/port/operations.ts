import type { DocumentInfo, IngestOptions, IngestReport } from '../knowledge/ingest.ts'
import type { Message, PrivacyLabel } from '../message/message.ts'
import type { StreamPart } from '../message/stream-part.ts'
import type { CallOptions } from '../model/call-options.ts'
import type { OutputFormat, Reasoning, Sampling, ToolChoice } from '../model/language-model.ts'
import type { RerankResult } from '../model/reranker.ts'
import type { VectorQuery } from '../store/vector-query.ts'
import type { CostRow, Trace, TraceSummary } from '../telemetry/trace.ts'
import type { RetrievedChunk } from '../thread/context.ts'
import type { RunLimits } from '../tool/run-limits.ts'
import type { ThreadInfo } from '../thread/thread-store.ts'
import type { CollectionOperations, CollectionQuery } from './collections.ts'
import type { KeyInfo, KeyScope } from './keys.ts'
import type { RunOperations } from './runs.ts'

/** A turn as the operator's own client asks for it: plain data, so that it can cross a process. */
export interface TurnRequest {
  messages: Message[]
  /** Continue and keep this thread. */
  thread?: string
  /** Name, alias or agent; undefined = the default chat model. */
  model?: string
  toolChoice?: ToolChoice
  system?: string
  /** Default: true when the default collection is not empty. */
  retrieve?: boolean | string
  output?: OutputFormat
  sampling?: Sampling
  stop?: string[]
  maxOutputTokens?: number
  /** How much a model that can should think first. Default: the model's own. */
  reasoning?: Reasoning
  /** Of this run. */
  limits?: RunLimits
  /**
   * It is kept as a run from its start, with all it streams: it goes on when its reader leaves (`runs.cancel` ends it), its
   * stream can be read again, and when its process ends another goes on with it (`runs.resume`). Default: the agent's, else
   * false.
   */
  durable?: boolean
  /** Of these messages: `local-only` keeps the turn, and what comes of it, on this machine. */
  label?: PrivacyLabel
  /**
   * How long a model of this machine stays in memory when nobody asks it, in ms, from this turn on; 0 = it goes with the
   * end of the answer. -1 = it stays. Default: that of the settings.
   */
  keepAliveMs?: number
}

/** How passages are searched for; see `VectorQuery`. */
type SearchTuning = Pick<
  VectorQuery,
  'mode' | 'filter' | 'words' | 'fusion' | 'weights' | 'threshold' | 'mmr' | 'group' | 'explain' | 'exact'
>

export interface SearchOptions extends CallOptions, SearchTuning {
  /** Default 5. */
  k?: number
  /** By a cross-encoder of this name, or that of the settings. Default: none. */
  rerank?: CollectionQuery['rerank']
  /** Default `default`. */
  collection?: string
  /**
   * Of the query: `local-only` keeps it from an embedder elsewhere, and passages are found by words. From a store elsewhere
   * nothing is asked.
   */
  label?: PrivacyLabel
}

export interface RerankOptions extends CallOptions {
  /** Name or alias; default: the reranker of the settings. */
  model?: string
  /** Most results. Default: all documents. */
  topK?: number
  /** Of query and documents: `local-only` gives them to no reranker elsewhere. */
  label?: PrivacyLabel
}

export interface ForgetOptions extends CallOptions {
  /** Default `default`. */
  collection?: string
}

/** A model that is in memory now. */
export interface LoadedModel {
  id: string
  kind: 'chat' | 'embed' | 'rerank' | 'classify'
  engine: string
  /** What computes, where the engine chose among several, and why it is none of those before. */
  provider?: string
  passedOver?: { provider: string; reason: string }[]
  weightsBytes: number
  /** Of the key-value caches that are open; 0 for embedders. */
  kvBytes: number
  /** Context window of one conversation. */
  contextTokens: number
  /** Conversations held in memory, of the most there can be. */
  sequences: { open: number; most: number }
  /** Requests being answered, and requests waiting for a sequence. */
  running: number
  waiting: number
  /**
   * Steps in which answers were written together since it was loaded: `rows` / `steps` is the mean batch, `streams` /
   * `steps` how many answers were being written meanwhile. Absent before the first, and for engines that do not batch.
   */
  batch?: { steps: number; rows: number; streams: number }
  /**
   * Steps that computed guessed tokens with the next one since it was loaded, how many tokens were guessed, and how many of
   * those the model wrote. Absent before the first, and for engines that do not guess.
   */
  speculation?: { steps: number; drafted: number; accepted: number }
  /** Conversations whose caches lie on disk, and their bytes. Absent where nothing is saved. */
  saved?: { threads: number; bytes: number }
  /** It crashed its engine so many times without an answer in between, and is refused meanwhile. */
  quarantine?: { crashes: number; retryAfterMs: number }
  /** Milliseconds since the last request ended; 0 while one runs. */
  idleMs: number
  /**
   * What it takes of the memory budget, with all the caches it may open; and what its process grew by, where that could
   * be told. Both in bytes.
   */
  memory?: { reservedBytes: number; measuredBytes?: number }
  /** Until it is unloaded when nobody asks it. Absent while it is asked, and for one that stays. */
  unloadsInMs?: number
  /** It stays, and gives way to no other. Default false. */
  pinned?: boolean
}

/** The memory that models of this machine may take together, in bytes. */
export interface MemoryStatus {
  budgetBytes: number
  /** Set aside for models, and taken by the processes they run in. */
  usedBytes: number
  /** What those processes took before a model was in them. */
  processes: { id: string; bytes: number }[]
  /** Models that wait for room. */
  waiting: number
}

export interface RuntimeStatus {
  version: string
  pid: number
  /** Absent while it does not listen. */
  address?: string
  /** Milliseconds since 1970. */
  startedAt: number
  models: LoadedModel[]
  /** Of models of this machine; absent where a server does not tell it. */
  memory?: MemoryStatus
}

/**
 * What the person who owns a data folder can ask of it. A runtime answers it itself; the `rt` command reaches a runtime in
 * another process by the same interface, over its native HTTP API. Everything is of the principal `local`.
 */
export interface Operations {
  /** Never throws: failures are terminal parts. */
  turn(request: TurnRequest, options?: CallOptions): AsyncIterable<StreamPart>
  /** Loads, chunks, embeds and indexes files and folders; unchanged files cost nothing. Relative paths are of this process. */
  ingest(paths: string | string[], options?: Omit<IngestOptions, 'principal'>): Promise<IngestReport>
  /** Passages of the knowledge, best first. */
  search(query: string, options?: SearchOptions): Promise<RetrievedChunk[]>
  /** Which documents answer a query, best first, by a model that reads both together. */
  rerank(query: string, documents: string[], options?: RerankOptions): Promise<RerankResult[]>
  readonly documents: {
    /** Of all collections. */
    list(): Promise<DocumentInfo[]>
    /**
     * Deletes a document of one collection, and its chunks; false when there is none of that source. The file stays. Waits
     * for a running ingest of that collection.
     */
    forget(source: string, options?: ForgetOptions): Promise<boolean>
  }
  readonly collections: CollectionOperations
  readonly threads: {
    list(): Promise<ThreadInfo[]>
    /** Empty for a thread that does not exist. */
    messages(id: string): Promise<Message[]>
    delete(id: string, options?: CallOptions): Promise<boolean>
  }
  readonly runs: RunOperations
  readonly trace: {
    /** The newest trace. Plain data: how it is printed is the business of whoever reads it (`@rt/observe` prints a tree). */
    last(): Promise<Trace | undefined>
    /** By trace id, or the beginning of one. */
    get(id: string): Promise<Trace>
    list(options?: { limit?: number }): Promise<TraceSummary[]>
  }
  /** What models did, newest day first. Default: the last 30 days. */
  cost(options?: { days?: number }): Promise<CostRow[]>
  readonly keys: {
    /** The secret is in the answer and nowhere else: only its hash is kept. */
    create(options: { name: string; scope: KeyScope }): Promise<{ key: KeyInfo; secret: string }>
    list(): Promise<KeyInfo[]>
    /** By id or name; false when there is none. */
    revoke(idOrName: string): Promise<boolean>
  }
  status(): Promise<RuntimeStatus>
  /** Frees a model's memory; false when it is not loaded. It is loaded again by the next request for it. */
  unload(model: string, options?: CallOptions): Promise<boolean>
  /** Copies the data file while it is used; aborted, it leaves no copy. @throws RtError `conflict` when the file exists. */
  backup(path: string, options?: CallOptions): Promise<{ path: string; bytes: number }>
}
