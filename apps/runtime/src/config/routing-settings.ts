import type { ProviderKind } from './provider-kinds.ts'

/** A remote service for models: its models are called `<name>/<model>`. */
export interface ProviderSettings {
  /** Default: the name it has. */
  kind?: ProviderKind
  /** Default: the service's own environment variable, unless baseURL names another place. */
  apiKey?: string
  /** Address of a compatible server, with its version where the service's own has one. */
  baseURL?: string
  /** The only models that requests may name; those of `chat`, `embed` and aliases are allowed in any case. Default: all. */
  models?: string[]
  /** Sent with every request. */
  headers?: Record<string, string>
  /** How long the first byte of an answer may take, ms. */
  timeoutMs?: number
  /** Context window of its models, where their names do not tell it. */
  contextTokens?: number
  /** Length of the vectors of its embedding models. Default: known, or asked with one short text. */
  dimensions?: number
  /** Its models go on where an answer broke off. Default false. */
  continues?: boolean
  /** USD per million tokens, for all its models, instead of the list price. */
  price?: ProviderPrice
  /** kind anthropic: what `anthropic-version` says. */
  version?: '2023-06-01' | '2026-10-21'
  /** kind openai and its presets. */
  api?: 'chat' | 'responses'
  /** kind ai-sdk: an installed package such as `@ai-sdk/google`. */
  package?: string
}

export interface ProviderPrice {
  input: number
  output: number
  /** Default: that of input. */
  cacheRead?: number
  /** Default: that of input. */
  cacheWrite?: number
}

/** What may be spent: US dollars and tokens, by all together, by each key, in each thread. Days begin at midnight, local time. */
export interface BudgetSettings {
  dayUsd?: number
  dayTokens?: number
  keyDayUsd?: number
  keyDayTokens?: number
  threadUsd?: number
  threadTokens?: number
}

/** Answers that are used again. */
export interface CacheSettings {
  /** How long, ms. Default one hour. */
  ttlMs?: number
  /** Also answers of requests that may turn out differently each time. Default false: temperature 0 only. */
  sampled?: boolean
  /** Also answers to a question whose cosine is at least this, 0.8 to 1. Default: only the same question. */
  similar?: number
}

export interface RouterSettings {
  /** How long a model may take until it begins to answer, ms. Default: as long as it takes. */
  timeoutMs?: number
  /** How often a model is asked again before the next one is. Default 2. */
  retries?: number
  /** Asks the next model beside the first when that has written nothing for so long; both may be billed. Default: never. */
  hedgeAfterMs?: number
  budget?: BudgetSettings
  /** Default: none. */
  cache?: CacheSettings
}

/** Of one principal and one model. */
export interface RateSettings {
  requestsPerMinute?: number
  tokensPerMinute?: number
}

export interface LimitsSettings extends RateSettings {
  /** Where limits, budget and answers are counted and kept: this process and its data file, or a Redis that several share. Default `memory`. */
  store?: 'memory' | 'redis'
  /** Of the Redis. */
  url?: string
  /** For models by name, instead of the limits above. */
  models?: Record<string, RateSettings>
}

/** Which remote services there are, and how models are chosen among them. */
export interface RoutingSettings {
  providers: Record<string, ProviderSettings>
  router: RouterSettings
  limits: LimitsSettings
}
