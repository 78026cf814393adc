import type { EngineSettings } from './engine-settings.ts'
import type { GuardSettings } from './guard-settings.ts'
import type { McpSettings } from './mcp-settings.ts'
import type { RoutingSettings } from './routing-settings.ts'
import type { ToolSettings } from './tool-settings.ts'
import type { VectorSettings } from './vector-settings.ts'

export type { EngineSettings } from './engine-settings.ts'
export type { McpSettings } from './mcp-settings.ts'
export type { ToolSettings } from './tool-settings.ts'
export type { VectorSettings } from './vector-settings.ts'
export type { BudgetSettings, LimitsSettings, ProviderSettings, RouterSettings } from './routing-settings.ts'

/** Which of many tools the model is shown. */
export interface ToolSelectSettings {
  /** Up to so many tools all are shown. Default 20. */
  above?: number
  /** Tools that a question adds. Default 8. */
  k?: number
  /** Names of tools that are shown in any case. Default none. */
  always?: string[]
}

/** Everything that can be set, after flags, environment, config.toml and defaults were put together. */
export interface Settings extends RoutingSettings {
  /** Names of the default chat model: all that are installed or elsewhere are asked in order; when none is, the first that can be fetched. */
  chat: string[]
  /** Names of the embedder, of which the first that is there is used; false = keyword search only. */
  embed: string[] | false
  /** Names of the reranker where a request names none; undefined = there is none. */
  rerank?: string[]
  /** Further names for models: `[models] fast = "smollm2:135m"`. Lists are tried in order. */
  aliases: Record<string, string[]>
  /** Instructions before every conversation of threads and turns; undefined = the built-in two sentences. */
  system?: string
  /** Threads of the engines; undefined = chosen from the cores. */
  threads?: number
  /** Context window in tokens; undefined = the model's own, at most 4096. */
  contextTokens?: number
  /** Fetch missing default models. */
  download: boolean
  /** Most memory that models of this machine take together: `8GB`, or a share such as `70%`. */
  memoryBudget: string
  /** Longest wait for room in memory: `30s`. */
  memoryWait: string
  /** Most memory for the key-value caches of one GGUF model: `1GB`; undefined = what all its conversations need. */
  kvBudget?: string
  /** How long an idle model stays in memory: `5m`, `0`, `forever`. */
  keepAlive: string
  /** Models that stay in memory, and give way to no other. */
  pinned: string[]
  /** What is looked for in prompts, tools and answers. */
  guards: GuardSettings
  /** How models of this machine are run. */
  engine: EngineSettings
  /** Most of the context that a prompt may fill, a share of at most 1. */
  window: number
  /** Retrieve where a turn does not say. */
  retrieve: boolean
  /** Most passages a question is answered from. */
  passages: number
  /** Names of tools that turns and clients may use; undefined = all of the app's. */
  tools?: string[]
  /** Which of many tools a turn shows. */
  toolSelect: Required<ToolSelectSettings>
  /** What the built-in tools may reach, and which calls run. */
  toolSettings: ToolSettings
  /** Where collections are, and how new ones are made. */
  vector: VectorSettings
  /** Servers of tools, by name. */
  mcp: Record<string, McpSettings>
  /** Record traces. */
  trace: boolean
  server: {
    host: string
    /** Undefined: 4141, or the next free port. */
    port?: number
    allowedHosts: string[]
    allowedOrigins: string[]
    /** Requests in work at a time. */
    maxRequests: number
  }
}

/** The same as a command's flags or a program's options give them. They win over everything else. */
export interface FlagValues {
  chat: string | string[]
  embed: string | string[] | false
  rerank: string | string[]
  threads: number
  contextTokens: number
  memoryBudget: string
  memoryWait: string
  kvBudget: string
  keepAlive: string
  pinned: string[]
  download: boolean
  system: string
  /** `"75%"` or 0.75. */
  window: number | string
  retrieve: boolean
  passages: number
  vectorStore: string
  vectorUrl: string
  vectorIndex: string
  /** `"97%"` or 0.97. */
  vectorRecall: number | string
  tools: string[]
  selectAbove: number
  selectK: number
  selectAlways: string[]
  trace: boolean
  host: string
  port: number
  allowedHosts: string[]
  allowedOrigins: string[]
  maxRequests: number
}

/** Where a value came from, for `rt config` and for errors in the user's own words. */
export type Origin =
  | { from: 'flag'; name: string }
  | { from: 'environment'; name: string }
  | { from: 'file'; file: string; line: number }
  | { from: 'default' }

/** A setting by its path in config.toml, e.g. `server.port`, as it may be shown: never with a secret. */
export interface SettingRow {
  key: string
  value: unknown
  /** What happens while `value` is undefined. */
  otherwise?: string
  origin: Origin
}

export interface LoadedConfig {
  settings: Settings
  rows: SettingRow[]
  /** The config.toml that was read. */
  file?: string
}
