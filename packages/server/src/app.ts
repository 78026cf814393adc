import { RtError } from '@rt/core'
import { Hono } from 'hono'
import { type AppEnv, type AppOptions, type AppSettings, type ServerPorts, withDefaults } from './app-options.ts'
import { errorResponse } from './errors/error-response.ts'
import { checkKey } from './middleware/api-key.ts'
import { errorContext, type HonoEnv } from './middleware/app-context.ts'
import { refuseWhileDraining } from './middleware/draining.ts'
import { checkHost } from './middleware/host.ts'
import { checkOrigin } from './middleware/origin.ts'
import { requestId } from './middleware/request-id.ts'
import { healthRoutes } from './wires/health/routes.ts'
import { chatRoutes } from './wires/openai-chat/routes.ts'
import { embeddingRoutes } from './wires/openai-embeddings/routes.ts'
import { modelRoutes } from './wires/openai-models/routes.ts'

/** An HTTP application on web standards: mount `fetch` anywhere, or give it to `serve` of `@rt/server/node`. */
export interface App {
  /** Answers one request. It never rejects. */
  fetch(request: Request, env?: AppEnv): Promise<Response>
  /** Whether `/v1` asks for a key; without, `serve` binds loopback only. */
  readonly keyed: boolean
  /** Loads what the first request would wait for (tens of milliseconds). Optional. */
  warm(): Promise<void>
}

/** One row per wire: a new protocol is one folder and one line here. */
const WIRES = [healthRoutes, modelRoutes, chatRoutes, embeddingRoutes]

/**
 * The HTTP surface over the given ports. It opens nothing and listens nowhere.
 *
 * @throws RtError `config_invalid` for an empty key.
 */
export const createApp = (ports: ServerPorts, options: AppOptions = {}): App => {
  const settings = withDefaults(options)
  const hono = new Hono<HonoEnv>()
  hono.onError((error, c) => errorResponse(error, errorContext(c, settings)))
  hono.use(requestId, checkHost(settings), checkOrigin(settings), refuseWhileDraining(settings))
  const key = checkKey(settings)
  hono.use('/v1/*', (c, next) => (c.req.path === '/v1/health' ? next() : key(c, next)))
  for (const wire of WIRES) wire(hono, { ports, settings })
  refuseOtherMethods(hono, settings)
  hono.notFound((c) => errorResponse(noRoute(c.req.method, c.req.path), errorContext(c, settings)))

  return {
    keyed: settings.apiKeys.length > 0,
    fetch: async (request, env = {}) => hono.fetch(request, env),
    warm: async () => {
      await Promise.all([import('./wires/openai-chat/decode.ts'), import('./wires/openai-embeddings/decode.ts')])
    },
  }
}

/** Answers known paths called by a wrong method; what matched before never comes here. */
const refuseOtherMethods = (hono: Hono<HonoEnv>, settings: AppSettings): void => {
  const routes = hono.routes.filter(({ method }) => method === 'GET' || method === 'POST')
  for (const { path, method } of routes)
    hono.all(path, (c) => {
      const message = `${c.req.method} is not a method of ${c.req.path.slice(0, 100)}.`
      const error = new RtError({ code: 'invalid_request', message, hint: `Use ${method}.` })
      return errorResponse(error, errorContext(c, settings), {
        status: 405,
        headers: { allow: method === 'GET' ? 'GET, HEAD' : method },
      })
    })
}

const noRoute = (method: string, path: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `there is no ${method} ${path.slice(0, 100)}.`,
    hint: 'GET / lists what can be called.',
  })
