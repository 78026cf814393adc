import type { IncomingMessage, ServerResponse } from 'node:http'
import { createLazyListener } from './lazy-listener.ts'
import type { ServableApp } from './serve.ts'

/**
 * An app as a request listener of `node:http`, for a server of your own: `createServer(toNodeListener(app))`. `serve`
 * adds limits, draining and a check that nobody else can reach it; here they are yours to add.
 */
export const toNodeListener = (app: ServableApp): ((incoming: IncomingMessage, outgoing: ServerResponse) => void) => {
  const { handle } = createLazyListener(app, {})
  return (incoming, outgoing) => void handle(incoming, outgoing)
}
