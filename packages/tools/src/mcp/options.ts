import type { Approver, Clock, JsonSchema, JsonObject, LanguageModel, Principal } from '@rt/core'
import type { McpAuth } from './auth/auth.ts'
import type { ToolPins } from './pins/tool-pins.ts'

/** How one server is reached: a program of this machine, or an address. */
export type McpServerOptions = McpCommand | McpAddress

interface McpServerBase {
  /** Names of its tools that models may see, as the server calls them. Default: all. */
  allow?: string[]
  /** Names of its tools that no model sees. Default: none. */
  deny?: string[]
  /** Ceiling of one call, and of one list, in ms. Default 60,000. */
  timeoutMs?: number
  /** Ceiling of its start, until it has said what it can. Default 30,000. */
  startTimeoutMs?: number
  /** What a person is asked about. `writes`: calls the server does not call read-only. Default `writes`. */
  approval?: 'always' | 'writes' | 'never'
  /** Whether it may ask our model something: `ask` asks a person first. Default `ask`. */
  sampling?: 'ask' | 'allow' | 'deny'
  /** Folders it is told to work in, as absolute paths. Default: none. */
  roots?: string[]
}

export interface McpCommand extends McpServerBase {
  /** Program and arguments. */
  command: string[]
  cwd?: string
  /** Added to the few variables every program needs (`PATH`, `HOME` and the like). Nothing else is inherited. */
  env?: Record<string, string>
}

export interface McpAddress extends McpServerBase {
  url: string
  headers?: Record<string, string>
  /** Default: none. */
  auth?: McpAuth
}

/** What a server wants to know of a person. */
export interface McpQuestion {
  server: string
  message: string
  /** Of the answer: an object of plain values. */
  schema?: JsonSchema
  /** A page to be opened instead: the answer is given there, and this program does not see it. */
  url?: string
  principal: Principal
}

export type McpAnswer = { action: 'accept'; content?: JsonObject } | { action: 'decline' | 'cancel' }

/** Asks the person who is there. */
export type McpAsker = (question: McpQuestion, options: { signal: AbortSignal }) => Promise<McpAnswer>

export interface McpClientOptions {
  /** By the name their tools carry in front: letters and digits, `-` and `_` between them, at most 32. */
  servers: Record<string, McpServerOptions>
  /** Where what was first seen of each tool is kept. Default: in this process. */
  pins?: ToolPins
  /** The model that servers may ask, where `sampling` lets them. Default: none, and servers are told so. */
  model?: (options: { signal: AbortSignal; principal: Principal }) => Promise<LanguageModel>
  /** Asks a person whether a server may ask the model. Default: nobody, so such a request is refused. */
  approve?: Approver
  /** Asks a person what a server wants to know. Default: nobody, and servers are told so. */
  ask?: McpAsker
  /**
   * For every address beyond a server's own, such as what its OAuth metadata names. Default: one that reaches only
   * what is public.
   */
  fetch?: typeof fetch
  /** Told what a server logs: level, and a text. */
  onLog?: (server: string, level: string, text: string) => void
  /** Default: the system's, with timers that keep no program alive. */
  clock?: Clock
}
