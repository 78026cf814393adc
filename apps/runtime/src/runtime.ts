import type {
  CallOptions,
  Chat,
  CollectionStamp,
  EmbeddingsPort,
  EmbedOptions,
  Embeddings,
  Generation,
  HealthPort,
  Message,
  ModelsPort,
  OutputFormat,
  RetrievedChunk,
  Sampling,
  StreamPart,
  Tool,
  ToolChoice,
  VectorCollection,
} from '@rt/core'
import type { PullProgress } from '@rt/inference/catalog'
import type { IngestOptions, IngestReport } from '@rt/memory'
import type { Trace, TraceSummary } from '@rt/observe/trace'
import type { RunningServer } from '@rt/server/node'

/** The collection that `ingest` fills and turns retrieve from. */
export const KNOWLEDGE = 'default'

export interface RuntimeOptions {
  /** Where threads, vectors and traces live. Default: as `dataFolder` finds it. */
  data?: string
  /** Default chat model. Default `smollm2:135m`. */
  chat?: string
  /** Embedder for retrieval; false = keyword search only. Default `bge-small-en-v1.5`. */
  embed?: string | false
  /** Threads of the engines. Default: `RT_THREADS`, else the number of cores, at most 8. */
  threads?: number
  /** Context window in tokens. Default: the model's own, at most 4096. */
  contextTokens?: number
  /** Instructions before every conversation of `thread`, `stream` and `generate`. Default: two short sentences. */
  system?: string
  /** Most passages a question is answered from. Default 2: what the small default model still reads well; larger ones take 4 or more. */
  passages?: number
  /** Fetch missing default models. Default true; false = a clear error instead. */
  download?: boolean
  /** Host names under which `fetch` and `serve` answer, beside the loopback ones. Default none. */
  allowedHosts?: string[]
  /** Tools every turn may use, unless the turn brings its own. Default none. */
  tools?: Tool[]
  /** Record traces. Default true. */
  trace?: boolean
  /** Open beside the owner of the data folder: search and traces only. Default false. */
  readOnly?: boolean
  /** Called while a model is fetched. */
  onProgress?: (progress: PullProgress) => void
}

export interface TurnOptions {
  signal?: AbortSignal
  /** Default: the runtime's chat model. */
  model?: string
  tools?: Tool[]
  /** Default `auto` with tools. */
  toolChoice?: ToolChoice
  system?: string
  /** Retrieve before the model runs: true = the default collection, a name = that one. Default: true when it is not empty. */
  retrieve?: boolean | string
  output?: OutputFormat
  /** Default: temperature 0 with the model's own penalties. */
  sampling?: Sampling
  stop?: string[]
  /** Default 1024. */
  maxOutputTokens?: number
  /** Most model calls of one turn. Default 8. */
  maxSteps?: number
}

/** One conversation. It is made by its first turn and survives the process. */
export interface Thread {
  readonly id: string
  stream(prompt: string, options?: TurnOptions): AsyncIterable<StreamPart>
  generate(prompt: string, options?: TurnOptions): Promise<Generation>
  messages(): Promise<Message[]>
}

export interface SearchOptions extends CallOptions {
  /** Default 5. */
  k?: number
  /** Default `default`. */
  collection?: string
}

export interface ServeOptions {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 4141, or `RT_PORT`; 0 = any free one. */
  port?: number
  /** Take the next free port when this one is busy. Default false. */
  fallback?: boolean
  /** Default: the runtime's own. */
  allowedHosts?: string[]
  /** Clients must send one of these as a bearer token; needed for a host beyond loopback. Default: `RT_API_KEY`, else none. */
  apiKeys?: string[]
}

/** Everything of rt in one object. Made by `createRuntime`. */
export interface Runtime extends Chat, EmbeddingsPort, ModelsPort, HealthPort, AsyncDisposable {
  /** The data folder. */
  readonly data: string
  thread(id: string): Thread
  /** One turn without a thread. */
  stream(prompt: string | Message[], options?: TurnOptions): AsyncIterable<StreamPart>
  generate(prompt: string | Message[], options?: TurnOptions): Promise<Generation>
  embed(texts: string[], options?: EmbedOptions): Promise<Embeddings>
  /** Loads, chunks, embeds and indexes files and folders; unchanged files cost nothing. */
  ingest(paths: string | string[], options?: IngestOptions): Promise<IngestReport>
  search(query: string, options?: SearchOptions): Promise<RetrievedChunk[]>
  collection(name: string, stamp?: CollectionStamp): Promise<VectorCollection>
  readonly trace: {
    /** The newest trace; prints as a tree. */
    last(): Promise<Trace | undefined>
    /** By trace id, or the beginning of one. */
    get(id: string): Promise<Trace>
    list(options?: { limit?: number }): Promise<TraceSummary[]>
  }
  /** Loads the default models now instead of at the first question. */
  warm(): Promise<void>
  /** The server as a function, for any web framework. */
  fetch(request: Request): Promise<Response>
  serve(options?: ServeOptions): Promise<RunningServer>
  close(): Promise<void>
}
