import type { Principal } from '@rt/core'

export interface RouteContext {
  /** Of the path: `/hello/:name` gives `name`. */
  params: Record<string, string>
  /** Whose key was sent: its id; `local` where none is asked; `anonymous` on a public route of a server that has keys. */
  principal: Principal
  /** Fires when the client goes away, or the server can wait no longer. */
  signal: AbortSignal
}

export type RouteHandler = (request: Request, context: RouteContext) => Response | Promise<Response>

/** A route of your own. It asks for a key where `/v1` does, unless it is public. */
export type Route = RouteHandler | { public?: boolean; handle: RouteHandler }
