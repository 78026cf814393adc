import { RtError } from '@rt/core'
import { Hono } from 'hono'
import {
  type AppEnv,
  type AppOptions,
  type AppSettings,
  readEnv,
  type ServerPorts,
  withDefaults,
} from './app-options.ts'
import { errorResponse } from './errors/error-response.ts'
import { errorContext, type HonoEnv, nativeErrors } from './middleware/app-context.ts'
import { refuseWhileDraining } from './middleware/draining.ts'
import { refuseWhileFull } from './middleware/full.ts'
import { checkHost } from './middleware/host.ts'
import { createIdentify } from './middleware/identify.ts'
import { checkOrigin } from './middleware/origin.ts'
import { requestId } from './middleware/request-id.ts'
import { requireKey } from './middleware/require-key.ts'
import { customRoutes } from './routes/custom-routes.ts'
import { parseRoutes } from './routes/parse-routes.ts'
import { healthRoutes } from './wires/health/routes.ts'
import { mcpRoutes } from './wires/mcp/routes.ts'
import { nativeRoutes } from './wires/native/routes.ts'
import { chatRoutes } from './wires/openai-chat/routes.ts'
import { embeddingRoutes } from './wires/openai-embeddings/routes.ts'
import { modelRoutes } from './wires/openai-models/routes.ts'
import { rerankRoutes } from './wires/rerank/routes.ts'

/** An HTTP application on web standards: mount `fetch` anywhere, or give it to `serve` of `@rt/server/node`. */
export interface App {
  /** Answers one request. It never rejects. */
  fetch(request: Request, env?: AppEnv): Promise<Response>
  /** Whether `/v1` always asks for a key; without, `serve` binds loopback only. */
  readonly keyed: boolean
  /** Loads what the first request would wait for (tens of milliseconds). Optional. */
  warm(): Promise<void>
}

/** One row per wire: a new protocol is one folder and one line here. */
const WIRES = [healthRoutes, modelRoutes, chatRoutes, embeddingRoutes, rerankRoutes, nativeRoutes, mcpRoutes]

/**
 * The HTTP surface over the given ports. It opens nothing and listens nowhere.
 *
 * @throws RtError `config_invalid` for a key no request can carry, or a route that cannot be.
 */
export const createApp = (ports: ServerPorts, options: AppOptions = {}): App => {
  const settings = withDefaults(options)
  const identify = createIdentify(settings)
  const routes = parseRoutes(settings.routes)
  const hono = new Hono<HonoEnv>()
  hono.onError((error, c) => errorResponse(error, errorContext(c, settings)))
  hono.use(requestId)
  for (const path of ['/rt/*', '/mcp', ...routes.map((route) => route.path)]) hono.use(path, nativeErrors)
  // Origin first: a browser asks for leave without its key, and whoever may ask is told so under any name.
  hono.use(
    checkOrigin(settings),
    checkHost(settings, identify),
    refuseWhileDraining(settings),
    refuseWhileFull(settings),
  )
  const key = requireKey(settings, identify)
  hono.use('/v1/*', (c, next) => (c.req.path === '/v1/health' ? next() : key(c, next)))
  for (const wire of WIRES) wire(hono, { ports, settings, identify })
  customRoutes(hono, routes, { settings, identify })
  refuseOtherMethods(hono, settings)
  hono.notFound((c) => errorResponse(noRoute(c.req.method, c.req.path), errorContext(c, settings)))

  return {
    keyed: settings.keyed,
    fetch: async (request, env) => hono.fetch(request, readEnv(env)),
    warm: async () => {
      await Promise.all([import('./wires/openai-chat/decode.ts'), import('./wires/openai-embeddings/decode.ts')])
    },
  }
}

/** Answers known paths called by a wrong method; what matched before never comes here. */
const refuseOtherMethods = (hono: Hono<HonoEnv>, settings: AppSettings): void => {
  const known = Map.groupBy(
    hono.routes.filter(({ method }) => method !== 'ALL'),
    ({ path }) => path,
  )
  for (const [path, routes] of known) {
    const methods = Array.from(new Set(routes.map(({ method }) => method)))
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
    hono.all(path, (c) => {
      const message = `${c.req.method} is not a method of ${c.req.path.slice(0, 100)}.`
      const error = new RtError({ code: 'invalid_request', message, hint: `Use ${methods.join(' or ')}.` })
      return errorResponse(error, errorContext(c, settings), { status: 405, headers: { allow } })
    })
  }
}

const noRoute = (method: string, path: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `there is no ${method} ${path.slice(0, 100)}.`,
    hint: 'GET / lists what can be called.',
  })
