/** A server of tools: a program of this machine, or an address. Exactly one of `command` and `url`. */
export interface McpSettings {
  /** Program and arguments. */
  command?: string[]
  cwd?: string
  /** Added to the few variables every program needs; no other is inherited. */
  env?: Record<string, string>
  url?: string
  headers?: Record<string, string>
  /** A bearer token. */
  token?: string
  login?: McpLoginSettings
  /** The only tools that models see, as the server calls them. Default: all. */
  allow?: string[]
  /** Tools that no model sees. Default: none. */
  deny?: string[]
  /** Which calls a person is asked about. Default `writes`: all that the server does not call read-only. */
  approval?: 'always' | 'writes' | 'never'
  /** Whether the server may ask the model something of its own. Default `ask`: a person is asked first. */
  sampling?: 'ask' | 'allow' | 'deny'
  /** Folders the server is told to work in. Default: none. */
  roots?: string[]
  /** Of one call. Default 60,000. */
  timeoutMs?: number
  /** Until it has said what it can. Default 30,000. */
  startTimeoutMs?: number
}

/** OAuth. */
interface McpLoginSettings {
  /** Default `browser`: `rt mcp login NAME`. */
  flow?: 'browser' | 'client_credentials'
  clientId?: string
  clientSecret?: string
  /** The only authorization server that gets the secret; needed for `client_credentials`. */
  issuer?: string
  scope?: string
}
