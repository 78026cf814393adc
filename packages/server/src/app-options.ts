import {
  type Chat,
  type Clock,
  type EmbeddingsPort,
  type HealthPort,
  type ModelsPort,
  systemClock,
  type Telemetry,
} from '@rt/core'

/**
 * What the wires are given. A runtime is all of it; a test may give fakes. `telemetry` is not read yet: the ports open
 * their own spans, so a request is one tree whoever called.
 */
export type ServerPorts = Chat & EmbeddingsPort & ModelsPort & HealthPort & { telemetry?: Telemetry }

export interface AppOptions {
  /**
   * Names accepted in the Host header beside `localhost`, `127.*` and `[::1]`; without port. Default none.
   * With `apiKeys` and no list, Host is not checked: a page that rebinds DNS has no key.
   */
  allowedHosts?: string[]
  /** Origins of web pages on other hosts that may call, e.g. `http://localhost:5173`; they get CORS headers. Default none. */
  allowedOrigins?: string[]
  /** Bearer keys, one of which every `/v1` request must carry. Default none: no key is asked, and only loopback is served. */
  apiKeys?: string[]
  /** Largest request body in bytes. Default 8 MiB. */
  maxBodyBytes?: number
  /** Deepest nesting of a JSON body. Default 128. */
  maxJsonDepth?: number
  /** A stream with nothing to say sends a comment this often. Default 10,000 ms. */
  heartbeatMs?: number
  /**
   * How long a stream's status line waits for the first sign of life, so that an over-long prompt or an unknown model
   * is a 4xx rather than an error inside a 200. Then headers and first chunk go out, whatever comes. Default 100 ms.
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
  /** Fires when time to drain is over; answers still running end with an error. */
  shutdown?: AbortSignal
}

/** Options with their defaults filled in. */
export type AppSettings = Required<AppOptions>

export const withDefaults = (options: AppOptions): AppSettings => ({
  allowedHosts: options.allowedHosts ?? [],
  allowedOrigins: options.allowedOrigins ?? [],
  apiKeys: options.apiKeys ?? [],
  maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024,
  maxJsonDepth: options.maxJsonDepth ?? 128,
  heartbeatMs: options.heartbeatMs ?? 10_000,
  openingMs: options.openingMs ?? 100,
  clock: options.clock ?? systemClock,
  onError: options.onError ?? ((error, requestId) => console.error(`request ${requestId}:`, error)),
})
