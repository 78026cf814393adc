import type { RunLimits, Tool } from '@rt/core'
import type { Route } from '@rt/server'
import type { Runtime } from '../runtime.ts'

/** A model with instructions and tools, under a name of its own: clients ask for it as they ask for a model. */
export interface Agent {
  /** One line for lists. */
  description?: string
  /** Default: the runtime's chat model. */
  model?: string
  system?: string
  /** Which tools it may use, by name or given. Default: all of the app. */
  tools?: (string | Tool)[]
  /** Retrieve before it answers: true = the default collection, a name = that one. Default: the runtime's. */
  retrieve?: boolean | string
  /** Most tokens of an answer. Default 1024. */
  maxOutputTokens?: number
  /** Its turns are kept as runs from their start, so that another process can go on with them. Default false. */
  durable?: boolean
  /** Caps of one turn: model calls, tool calls, tokens, milliseconds, US dollars. */
  limits?: RunLimits
}

/** Your code under rt: what `rt serve app.ts` serves. */
export interface App {
  /** Tools that turns and agents may use. */
  tools?: Tool[]
  /** By name: letters, digits, `.`, `_`, `-`. */
  agents?: Record<string, Agent>
  /** Further HTTP routes, e.g. `'GET /hello/:name': (request, { params }) => Response.json(params)`. */
  routes?: Record<string, Route>
}

/** An app that is made with the runtime it runs in, for tools and routes that use it. */
export type AppFactory = (context: { rt: Runtime }) => App | Promise<App>

/**
 * Declares tools, agents and routes; export it as the default of the file given to `rt serve` and `rt dev`, or pass it to
 * `createRuntime({ app })`. It only gives the types: what is wrong in it is said when it is loaded.
 */
export function defineApp(app: App): App
export function defineApp(app: AppFactory): AppFactory
export function defineApp(app: App | AppFactory): App | AppFactory {
  return app
}
