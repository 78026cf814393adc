import { DEFAULT_PORT } from '../default-port.ts'
import { DURATION, KEEP_ALIVE } from './duration.ts'
import type { FlagValues } from './settings.ts'
import { SIZE, SIZE_OR_SHARE } from './size.ts'
import type { ValueKind } from './value-kind.ts'
import { VECTOR_INDEXES, VECTOR_STORES } from './vector-settings.ts'

/** One thing that can be set, with all its names. The schema, the reference page and `rt config` are made from these. */
export interface Setting {
  /** Path in config.toml. */
  key: string
  variable: string
  /** Name in `createRuntime({ … })`. */
  option: keyof FlagValues
  /** In a table there: `vector.store`. */
  within?: string
  /** Of the command, where there is one. */
  flag?: string
  kind: ValueKind
  /** Undefined: `otherwise` says what happens. */
  default?: unknown
  otherwise?: string
  meaning: string
}

// Without flags: the JSON Schema has none.
const HOST_NAME = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/
const ADDRESS = /^[^\s/]+$/
const ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/\s]+\/?$/
const NOT_BLANK = /\S/
const ANY: ValueKind = { type: 'text', expects: 'text' }

export const SETTINGS: readonly Setting[] = [
  {
    key: 'models.chat',
    variable: 'RT_CHAT',
    option: 'chat',
    flag: '--model',
    kind: { type: 'models', off: false },
    default: ['smollm2:135m'],
    meaning:
      'Chat model. Of several names all that are installed or elsewhere are asked, in order, until one answers. A local one that is missing is fetched when no other is there, or when the next one is elsewhere.',
  },
  {
    key: 'models.embed',
    variable: 'RT_EMBED',
    option: 'embed',
    kind: { type: 'models', off: true },
    default: ['bge-small-en-v1.5'],
    meaning:
      'Embedding model of the knowledge, of several names the first that is there; false (in a variable also none) = search by words only.',
  },
  {
    key: 'models.rerank',
    variable: 'RT_RERANK',
    option: 'rerank',
    kind: { type: 'models', off: false },
    otherwise: 'none: requests name one',
    meaning: 'Reranking model where a request names none, of several names the first that can be had.',
  },
  {
    key: 'engine.threads',
    variable: 'RT_THREADS',
    option: 'threads',
    kind: { type: 'integer', min: 1, max: 256 },
    otherwise: 'the number of cores, at most 8',
    meaning: 'Threads of the engines.',
  },
  {
    key: 'engine.context_tokens',
    variable: 'RT_CONTEXT_TOKENS',
    option: 'contextTokens',
    kind: { type: 'integer', min: 256, max: 10_000_000 },
    otherwise: "the model's own, at most 4096",
    meaning: 'Context window of a conversation, in tokens. A larger one takes more memory.',
  },
  {
    key: 'engine.memory_budget',
    variable: 'RT_MEMORY_BUDGET',
    option: 'memoryBudget',
    kind: { type: 'text', pattern: SIZE_OR_SHARE, expects: 'a size such as "8GB", or a share such as "70%"' },
    default: '75%',
    meaning:
      'Most memory that models of this machine may take together, with the processes they run in; a share is one of the machine, or of what its container may use. What does not fit waits for idle models to leave, or is refused.',
  },
  {
    key: 'engine.memory_wait',
    variable: 'RT_MEMORY_WAIT',
    option: 'memoryWait',
    kind: { type: 'text', pattern: DURATION, expects: 'a time such as "30s"' },
    default: '30s',
    meaning: 'Longest time a request waits for room in memory.',
  },
  {
    key: 'engine.kv_budget',
    variable: 'RT_KV_BUDGET',
    option: 'kvBudget',
    kind: { type: 'text', pattern: SIZE, expects: 'a size such as "1GB"' },
    otherwise: 'what they need, as far as it fits',
    meaning:
      'Most memory for the key-value caches of one GGUF model. Fewer conversations are kept and answered side by side, at least one.',
  },
  {
    key: 'engine.keep_alive',
    variable: 'RT_KEEP_ALIVE',
    option: 'keepAlive',
    kind: { type: 'text', pattern: KEEP_ALIVE, expects: 'a time such as "5m", "0" or "forever"' },
    default: '5m',
    meaning:
      'How long a model stays in memory when nobody asks it; "0" = it goes with the end of its answer, "forever" or "-1" = it stays until another needs the room.',
  },
  {
    key: 'engine.pinned',
    variable: 'RT_PINNED',
    option: 'pinned',
    kind: { type: 'list', each: NOT_BLANK, of: "models' names" },
    default: [],
    meaning: 'Models that stay in memory once they are loaded, and give way to no other.',
  },
  {
    key: 'engine.download',
    variable: 'RT_DOWNLOAD',
    option: 'download',
    kind: { type: 'switch' },
    default: true,
    meaning: 'Fetch a missing default model; false = an error instead.',
  },
  {
    key: 'chat.system',
    variable: 'RT_SYSTEM',
    option: 'system',
    kind: ANY,
    otherwise: 'two short sentences',
    meaning: 'Instructions before every conversation of threads and turns.',
  },
  {
    key: 'memory.window',
    variable: 'RT_WINDOW',
    option: 'window',
    kind: { type: 'share', min: 0.1, max: 1 },
    default: 1,
    meaning: 'Most of the context that a prompt may fill. Tokens for the answer are kept free in any case.',
  },
  {
    key: 'memory.retrieve',
    variable: 'RT_RETRIEVE',
    option: 'retrieve',
    kind: { type: 'switch' },
    default: true,
    meaning: 'Answer from the knowledge where a turn does not say.',
  },
  {
    key: 'memory.passages',
    variable: 'RT_PASSAGES',
    option: 'passages',
    kind: { type: 'integer', min: 1, max: 100 },
    default: 2,
    meaning:
      'Most passages a question is answered from. The small default model reads two well; larger ones take 4 or more.',
  },
  {
    key: 'vector.store',
    variable: 'RT_VECTOR_STORE',
    option: 'vectorStore',
    within: 'vector.store',
    kind: { type: 'choice', values: VECTOR_STORES },
    default: 'sqlite',
    meaning:
      'Where vectors, and the texts and metadata beside them, are kept: in the data folder, or in LanceDB, PostgreSQL with pgvector, or Qdrant, whose package is installed beside rt.',
  },
  {
    key: 'vector.url',
    variable: 'RT_VECTOR_URL',
    option: 'vectorUrl',
    within: 'vector.url',
    kind: { type: 'text', pattern: NOT_BLANK, expects: 'an address or a folder' },
    otherwise: 'for lancedb the folder lancedb of the data folder',
    meaning:
      'Of the store: "postgres://…" of pgvector, "http://…" of Qdrant, the folder of LanceDB, of the data folder where it is relative. With a password in it write "env:NAME".',
  },
  {
    key: 'vector.index',
    variable: 'RT_VECTOR_INDEX',
    option: 'vectorIndex',
    within: 'vector.index',
    kind: { type: 'choice', values: VECTOR_INDEXES },
    default: 'auto',
    meaning:
      'Which index searches collections that are made from now on, in sqlite: "auto" = every vector is compared until a graph is faster.',
  },
  {
    key: 'vector.recall',
    variable: 'RT_VECTOR_RECALL',
    option: 'vectorRecall',
    within: 'vector.recall',
    kind: { type: 'share', min: 0.5, max: 1 },
    default: 0.97,
    meaning:
      'Share of the true neighbours that a search through a graph has to find, in collections that are made from now on. It is measured, and more is looked at where it is missed.',
  },
  {
    key: 'tools.allow',
    variable: 'RT_TOOLS',
    option: 'tools',
    kind: { type: 'list', each: NOT_BLANK, of: "tools' names" },
    otherwise: 'all tools of the app, and none that is built in',
    meaning:
      'Names of the tools that turns and clients may use; none of the others run. Built-in tools are there only when they are named here.',
  },
  {
    key: 'tools.select.above',
    variable: 'RT_TOOLS_SELECT_ABOVE',
    option: 'selectAbove',
    within: 'toolSelect.above',
    kind: { type: 'integer', min: 0, max: 100_000 },
    default: 20,
    meaning:
      'A turn with more tools than this shows the model only those that fit the question, and find_tool to look for others. Twenty short ones take about 1,500 tokens, a third of a context of 4096.',
  },
  {
    key: 'tools.select.k',
    variable: 'RT_TOOLS_SELECT_K',
    option: 'selectK',
    within: 'toolSelect.k',
    kind: { type: 'integer', min: 1, max: 1000 },
    default: 8,
    meaning: 'Most tools that a question adds to those the conversation has been shown.',
  },
  {
    key: 'tools.select.always',
    variable: 'RT_TOOLS_SELECT_ALWAYS',
    option: 'selectAlways',
    within: 'toolSelect.always',
    kind: { type: 'list', each: NOT_BLANK, of: "tools' names" },
    default: [],
    meaning: 'Names of tools that are shown in any case.',
  },
  {
    key: 'observe.trace',
    variable: 'RT_TRACE',
    option: 'trace',
    kind: { type: 'switch' },
    default: true,
    meaning: 'Record traces in the data folder.',
  },
  {
    key: 'server.host',
    variable: 'RT_HOST',
    option: 'host',
    flag: '--host',
    kind: { type: 'text', pattern: ADDRESS, expects: 'an address such as "127.0.0.1"' },
    default: '127.0.0.1',
    meaning: 'Address to listen on. Any but the loopback needs a key.',
  },
  {
    key: 'server.port',
    variable: 'RT_PORT',
    option: 'port',
    flag: '--port',
    kind: { type: 'integer', min: 0, max: 65_535 },
    otherwise: `${DEFAULT_PORT}, else the next free one`,
    meaning: 'Port to listen on; 0 = any free one.',
  },
  {
    key: 'server.allowed_hosts',
    variable: 'RT_ALLOWED_HOSTS',
    option: 'allowedHosts',
    kind: { type: 'list', each: HOST_NAME, of: 'host names without scheme and port, such as "rt.example.org"' },
    default: [],
    meaning: 'Names under which the server answers, beside the loopback ones.',
  },
  {
    key: 'server.allowed_origins',
    variable: 'RT_ALLOWED_ORIGINS',
    option: 'allowedOrigins',
    kind: { type: 'list', each: ORIGIN, of: 'origins such as "https://app.example.org"' },
    default: [],
    meaning: 'Web pages of other hosts that may call the server.',
  },
  {
    key: 'server.max_requests',
    variable: 'RT_MAX_REQUESTS',
    option: 'maxRequests',
    kind: { type: 'integer', min: 1, max: 100_000 },
    default: 256,
    meaning: 'Requests in work at a time, those that wait for a model included; more get 503 at once.',
  },
]

/** Variables without a key in config.toml: places of this machine, and a secret. */
export const VARIABLES_ONLY: readonly {
  key: string
  variable: string
  otherwise: string
  secret: boolean
  meaning: string
}[] = [
  {
    key: 'data',
    variable: 'RT_DATA',
    otherwise: '.rt of the project, else your own data folder',
    secret: false,
    meaning: 'Data folder.',
  },
  {
    key: 'models_folder',
    variable: 'RT_MODELS',
    otherwise: 'rt/models in your cache folder',
    secret: false,
    meaning: 'Folder of the models, shared by all projects.',
  },
  {
    key: 'hub_token',
    variable: 'HF_TOKEN',
    otherwise: 'none',
    secret: true,
    meaning: 'Token of the Hugging Face hub, for gated models. Sent to the hub alone.',
  },
  {
    key: 'vector_api_key',
    variable: 'RT_VECTOR_API_KEY',
    otherwise: 'api_key of [vector], else none',
    secret: true,
    meaning: 'API key of Qdrant.',
  },
  {
    key: 'api_key',
    variable: 'RT_API_KEY',
    otherwise: 'none',
    secret: true,
    meaning: 'Key that clients of the server must send.',
  },
]
