import {
  type Chat,
  type Clock,
  type EmbeddingsPort,
  type HealthPort,
  type KeysPort,
  type McpPort,
  type ModelsPort,
  type Operations,
  type RankingPort,
  systemClock,
} from '@rt/core'
import type { Route } from './routes/route.ts'

/** What the wires are given. A runtime is all of it; a test may give fakes. */
export type ServerPorts = Chat &
  EmbeddingsPort &
  ModelsPort &
  HealthPort & {
    /** What `/v1/rerank` asks. Default: there is none. */
    ranking?: RankingPort['ranking']
    /** What the native API under `/rt` does. Default: there is none. */
    operations?: Operations
    /** What `/mcp` serves. Default: there is none. */
    mcp?: McpPort
  }

export interface AppOptions {
  /**
   * Names accepted in the Host header beside `localhost`, `127.*` and `[::1]`; without port. Default none.
   * Keyed and without a list, any name will do for a request with a key: a page that rebinds DNS has none.
   */
  allowedHosts?: string[]
  /** Origins of web pages on other hosts that may call, e.g. `http://localhost:5173`; they get CORS headers. Default none. */
  allowedOrigins?: string[]
  /**
   * Keys of the scope `chat`, all of the principal `local`; one of them, or of `keys`, every `/v1` request must carry.
   * Default none.
   */
  apiKeys?: string[]
  /** Stored keys, each a principal of its own. As long as it has any, one must be sent. Default none. */
  keys?: KeysPort
  /** Secret of the data folder's owner: whoever sends it is the operator (`local`, scope `admin`). Default none. */
  localToken?: string
  /**
   * Ask for a key always, also when the last stored one was revoked; only then may `serve` listen beyond loopback.
   * Default: whether there are `apiKeys`.
   */
  keyed?: boolean
  /** Your own routes, e.g. `'GET /hello/:name'`; a key without a method takes all. Default none. */
  routes?: Record<string, Route>
  /** What `POST /rt/shutdown` does after it has answered. Its answer may still be on its way. Default: unsupported. */
  onShutdown?: () => void | Promise<void>
  /** Largest request body in bytes. Default 8 MiB. */
  maxBodyBytes?: number
  /** Deepest nesting of a JSON body. Default 128. */
  maxJsonDepth?: number
  /** A stream with nothing to say sends a comment this often. Default 10,000 ms. */
  heartbeatMs?: number
  /**
   * How long a stream's status line waits for the first word of an answer, so that an unknown model or a provider's 429 is
   * a status rather than an error inside a 200. Then headers and first chunk go out, whatever comes. Default 20,000 ms: a
   * route has asked three times by then, and hosts that want an answer begun within 25 s have it.
   */
  openingMs?: number
  /** Default: the system's. */
  clock?: Clock
  /** Gets defects (code `internal`), whose texts are not sent to clients. Default `console.error`. */
  onError?: (error: unknown, requestId: string) => void
}

/** What a listener tells the app with each request. Absent: nothing of it applies. */
export interface AppEnv {
  /** True once the server is closing: new requests get 503. */
  draining?: boolean
  /** This request is one more than the listener may work on at a time, so many; it gets 503. */
  full?: number
  /** Fires once the server is closing: streams that have no end of their own end then. */
  closing?: AbortSignal
  /** Fires when time to drain is over; answers still running end with an error. */
  shutdown?: AbortSignal
  /** Other machines can reach the listener: then the app is keyed, whatever its options say. */
  exposed?: boolean
}

type Optional = 'keys' | 'localToken' | 'onShutdown'

/** Options with their defaults filled in. */
export type AppSettings = Required<Omit<AppOptions, Optional>> & Pick<AppOptions, Optional>

export const withDefaults = (options: AppOptions): AppSettings => ({
  ...options,
  allowedHosts: options.allowedHosts ?? [],
  allowedOrigins: options.allowedOrigins ?? [],
  apiKeys: options.apiKeys ?? [],
  keyed: options.keyed === true || (options.apiKeys ?? []).length > 0,
  routes: options.routes ?? {},
  maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024,
  maxJsonDepth: options.maxJsonDepth ?? 128,
  heartbeatMs: options.heartbeatMs ?? 10_000,
  openingMs: options.openingMs ?? 20_000,
  clock: options.clock ?? systemClock,
  onError: options.onError ?? ((error, requestId) => console.error(`request ${requestId}:`, error)),
})

/** The environment of an app: only what is ours, since a platform that calls `fetch` hands over things of its own. */
export const readEnv = (env: AppEnv | null | undefined): AppEnv => ({
  ...(env?.draining === true && { draining: true }),
  ...(typeof env?.full === 'number' && { full: env.full }),
  ...(env?.closing instanceof AbortSignal && { closing: env.closing }),
  ...(env?.shutdown instanceof AbortSignal && { shutdown: env.shutdown }),
  ...(env?.exposed === true && { exposed: true }),
})
