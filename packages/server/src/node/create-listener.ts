import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { RtError } from '@rt/core'
import { errorResponse } from '../errors/error-response.ts'
import type { AppEnv } from '../index.ts'
import type { ServableApp } from './serve.ts'

/** Node's requests as web requests, and web responses as Node's. */
export const createListener = (
  app: ServableApp,
  envOf: (incoming: IncomingMessage) => AppEnv,
): ((incoming: IncomingMessage, outgoing: ServerResponse) => unknown) =>
  getRequestListener((request, { incoming }) => app.fetch(request, envOf(incoming as IncomingMessage)), {
    // A missing Host becomes a foreign one, which the app refuses in its own words.
    hostname: 'missing.invalid',
    overrideGlobalObjects: false,
    errorHandler: (error) => errorResponse(unreadable(error), { requestId: '', onError: () => {} }),
  })

/** What node-server could not even turn into a Request: a Host it cannot parse, or a malformed target. */
const unreadable = (error: unknown): unknown => {
  if (!(error instanceof RequestError)) return error
  return /host/i.test(error.message)
    ? new RtError({ code: 'forbidden', message: 'the Host header is not a name of this server.', cause: error })
    : new RtError({
        code: 'invalid_request',
        message: 'the request line or the Host header is malformed.',
        cause: error,
      })
}
