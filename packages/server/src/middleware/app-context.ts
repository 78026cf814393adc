import type { Context } from 'hono'
import type { AppEnv, AppSettings, ServerPorts } from '../app-options.ts'
import type { ErrorContext } from '../errors/error-response.ts'

/** What hono carries through one request. */
export interface HonoEnv {
  Bindings: AppEnv
  Variables: { requestId: string }
}

export type AppContext = Context<HonoEnv>

/** What every wire is handed. */
export interface WireContext {
  ports: ServerPorts
  settings: AppSettings
}

export const errorContext = (c: AppContext, settings: AppSettings): ErrorContext => ({
  requestId: c.get('requestId') ?? '',
  onError: settings.onError,
})

/** Fires when the client goes away, or the server can wait no longer. */
export const requestSignal = (c: AppContext, more: AbortSignal[] = []): AbortSignal => {
  const shutdown = c.env?.shutdown
  return AbortSignal.any([c.req.raw.signal, ...(shutdown ? [shutdown] : []), ...more])
}
