import type {
  Approver,
  Chat,
  CollectionOptions,
  CollectionStamp,
  EmbeddingsPort,
  EmbedOptions,
  Embeddings,
  Generation,
  Guard,
  HealthPort,
  JsonValue,
  Message,
  ModelsPort,
  Operations,
  Provider,
  RankingPort,
  StreamPart,
  TextClassifier,
  Tool,
  TurnRequest,
  VectorCollection,
} from '@rt/core'
import type { PullProgress } from '@rt/inference/catalog'
import type { AppEnv } from '@rt/server'
import type { RunningServer } from '@rt/server/node'
import type { ToolRules, Workflow } from '@rt/tools'
import type { McpAsker } from '@rt/tools/mcp'
import type { App, AppFactory } from './app/define-app.ts'
import type { OwnRunOperations } from './runs/run-operations.ts'
import type {
  EngineSettings,
  LimitsSettings,
  McpSettings,
  ProviderSettings,
  RouterSettings,
  ToolSelectSettings,
  VectorSettings,
} from './config/settings.ts'

/** The collection that `ingest` fills and turns retrieve from. */
export const KNOWLEDGE = 'default'

export interface RuntimeOptions {
  /** Where threads, vectors and traces live. Default: as `dataFolder` finds it. */
  data?: string
  /**
   * The config.toml to read; false = none. Default: `RT_CONFIG`, else the nearest one upwards that says `rt = 1`. What is
   * given here wins over `RT_*` variables, they win over the file.
   */
  config?: string | false
  /** Where config.toml and the data folder are looked for. Default: the working folder. */
  cwd?: string
  /** Accept what a config.toml needs your trust for (it opens the server, or fetches models), without asking. Default false. */
  trust?: boolean
  /** Ends opening, also while it waits for an answer. */
  signal?: AbortSignal
  /** Tools, agents and routes: what `defineApp` made. */
  app?: App | AppFactory
  /**
   * Default chat model: a local one, or `anthropic/claude-sonnet-4-5` and the like. Of a list the first that answers. Default
   * `smollm2:135m`.
   */
  chat?: string | string[]
  /** Embedder for retrieval, as `chat`; false = keyword search only. Default `bge-small-en-v1.5`. */
  embed?: string | string[] | false
  /** Reranker where a call names none, of a list the first that can be had. Default: none. */
  rerank?: string | string[]
  /** Where collections are kept, and how new ones are made. Each key wins over the same one of config.toml. */
  vector?: VectorSettings
  /** How models of this machine are run. Each key wins over the same one of config.toml. */
  engine?: EngineSettings
  /**
   * Remote services by name, beside those of config.toml: settings, or a provider made by a driver of @rt/inference. Their
   * models are called `<name>/<model>`.
   */
  providers?: Record<string, ProviderSettings | Provider>
  /** How models are chosen, retried, budgeted and cached. Each key wins over the same one of config.toml. */
  router?: RouterSettings
  /** Requests and tokens a minute, and where they are counted. */
  limits?: LimitsSettings
  /** Threads of the engines. Default: `RT_THREADS`, else the number of cores, at most 8. */
  threads?: number
  /** Context window in tokens. Default: the model's own, at most 4096. */
  contextTokens?: number
  /**
   * Most memory that models of this machine take together: `8GB`, or a share of the machine or of what its container may
   * use. Default `75%`.
   */
  memoryBudget?: string
  /** Longest time a request waits for room in memory. Default `30s`. */
  memoryWait?: string
  /** Most memory for the key-value caches of one GGUF model, such as `1GB`. Default: what all its conversations need, as far as it fits. */
  kvBudget?: string
  /** How long an idle model stays in memory: `5m`, `0`, `forever`. Default `5m`. */
  keepAlive?: string
  /** Models that stay in memory once they are loaded, and give way to no other. Default none. */
  pinned?: string[]
  /** Instructions before every conversation of `thread`, `stream` and `generate`. Default: two short sentences. */
  system?: string
  /** Most passages a question is answered from. Default 2: what the small default model still reads well; larger ones take 4 or more. */
  passages?: number
  /** Retrieve where a turn does not say: true = when the knowledge is not empty. Default true. */
  retrieve?: boolean
  /** Most of the context that a prompt may fill, between 0 and 1. Default 1. */
  window?: number
  /** Fetch missing default models. Default true; false = a clear error instead. */
  download?: boolean
  /** Host names under which `fetch` and `serve` answer, beside the loopback ones; then a key must be sent. Default none. */
  allowedHosts?: string[]
  /** `fetch` asks for no key under `allowedHosts`: whoever mounts it checks the callers. Default false. */
  openFetch?: boolean
  /** Tools every turn may use, unless the turn brings its own; beside those of the app. Default none. */
  tools?: Tool[]
  /** Look at every prompt, answer, argument and result, beside those of config.toml. The first is nearest to people. Default none. */
  guards?: Guard[]
  /** Which of many tools the model is shown. Each key wins over the same one of config.toml. */
  toolSelect?: ToolSelectSettings
  /** Servers of tools, by name; one replaces the one of that name in config.toml. Default none. */
  mcp?: Record<string, McpSettings>
  /** Asks a person what an MCP server wants to know. Default: nobody is asked, and servers are told so. */
  onMcpQuestion?: McpAsker
  /** Which calls run, wait for a person or never run; in place of `[tools.rules]` of config.toml. */
  toolRules?: ToolRules
  /** Record traces. Default true. */
  trace?: boolean
  /** Open beside the owner of the data folder: search and traces only. Default false. */
  readOnly?: boolean
  /** Called while a model is fetched. */
  onProgress?: (progress: PullProgress) => void
}

/** What a turn may say beside its prompt. */
export interface TurnOptions extends Omit<TurnRequest, 'messages' | 'thread'> {
  signal?: AbortSignal
  /** Run here, in this process; default: those of the runtime and its app. */
  tools?: Tool[]
  /**
   * Asks a person about a call that needs one, while the turn waits. Default: the turn ends with finishReason `approval`, and
   * is gone on with by `runs`.
   */
  approve?: Approver
}

/** How a workflow is run. */
export interface WorkflowOptions {
  /** Run again under the same id, it goes on where it stopped. Default: a new one. */
  id?: string
  /** Stops it; it can be gone on with. */
  signal?: AbortSignal
}

/** One conversation. It is made by its first turn and survives the process. */
export interface Thread {
  readonly id: string
  stream(prompt: string, options?: TurnOptions): AsyncIterable<StreamPart>
  generate(prompt: string, options?: TurnOptions): Promise<Generation>
  messages(): Promise<Message[]>
}

export interface ServeOptions {
  /** Default: `RT_HOST`, `server.host` of config.toml, else 127.0.0.1. Others need a key. */
  host?: string
  /** Default: `RT_PORT`, `server.port` of config.toml, else 4141; 0 = any free one. */
  port?: number
  /** Take the next free port when this one is busy. Default false. */
  fallback?: boolean
  /** Default: the runtime's own. */
  allowedHosts?: string[]
  /** Requests in work at a time; more get 503 at once. Default: `RT_MAX_REQUESTS`, `server.max_requests`, else 256. */
  maxRequests?: number
  /** Clients must send one of these, or a key made by `rt key create`, as a bearer token. Default: `RT_API_KEY`, else none. */
  apiKeys?: string[]
  /** Called when the operator's client asks this process to stop (`rt stop`). Default: that is refused. */
  onShutdown?: () => void
  /** How long running answers may go on after `close`. Default 10,000 ms. */
  drainMs?: number
  /** Load the default models right away, so that the first who asks does not wait for them. Default true. */
  warm?: boolean
}

/** A runtime as its own commands use it: opened in this process, or reached in another that owns the data folder. */
export interface RuntimeClient extends Operations, AsyncDisposable {
  /** The data folder. */
  readonly data: string
  /** Set when another process does the work. */
  readonly owner?: { pid: number; address: string }
  thread(id: string): Thread
  /** One turn without a thread. */
  stream(prompt: string | Message[], options?: TurnOptions): AsyncIterable<StreamPart>
  generate(prompt: string | Message[], options?: TurnOptions): Promise<Generation>
  close(): Promise<void>
}

/** Everything of rt in one object. Made by `createRuntime`. */
export interface Runtime extends RuntimeClient, Chat, EmbeddingsPort, RankingPort, ModelsPort, HealthPort {
  readonly runs: OwnRunOperations
  /**
   * A model that tells what kind of text a text is: an ONNX export by its path, a name of the catalog, an alias. It is
   * loaded now, and again after its memory was freed.
   */
  classifier(model: string): Promise<TextClassifier>
  embed(texts: string[], options?: EmbedOptions): Promise<Embeddings>
  /**
   * Runs what `workflow()` made; what each step returned is kept in the data file.
   *
   * @throws RtError `conflict` when it is under way, or the id belongs to another; whatever a step throws.
   */
  workflow<Input extends JsonValue, Output extends JsonValue>(
    workflow: Workflow<Input, Output>,
    input: Input,
    options?: WorkflowOptions,
  ): Promise<Output>
  /** Opens a collection of your own, and makes it when it is missing. */
  collection(name: string, stamp?: CollectionStamp, options?: CollectionOptions): Promise<VectorCollection>
  /** Loads the default models now instead of at the first question. */
  warm(): Promise<void>
  /** The server as a function, for any web framework. */
  fetch(request: Request, env?: AppEnv): Promise<Response>
  serve(options?: ServeOptions): Promise<RunningServer>
}
