import type { Identity } from '@rt/core'
import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv, AppSettings, ServerPorts } from '../app-options.ts'
import type { ErrorContext } from '../errors/error-response.ts'
import type { Identify } from './identify.ts'

/** What hono carries through one request. */
export interface HonoEnv {
  Bindings: AppEnv
  Variables: {
    requestId: string
    /** Who sends it; set by the key checks, so on every route behind one. */
    identity: Identity
    /** Errors are answered in rt's own shape instead of OpenAI's. */
    native?: boolean
  }
}

export type AppContext = Context<HonoEnv>

/** What every wire is handed. */
export interface WireContext {
  ports: ServerPorts
  settings: AppSettings
  identify: Identify
}

export const errorContext = (c: AppContext, settings: AppSettings): ErrorContext => ({
  requestId: c.get('requestId') ?? '',
  onError: settings.onError,
  native: c.get('native') ?? false,
})

export const nativeErrors: MiddlewareHandler<HonoEnv> = (c, next) => {
  c.set('native', true)
  return next()
}

/** Fires when the client goes away, or the server can wait no longer. */
export const requestSignal = (c: AppContext, more: AbortSignal[] = []): AbortSignal => {
  const shutdown = c.env?.shutdown
  return AbortSignal.any([c.req.raw.signal, ...(shutdown ? [shutdown] : []), ...more])
}
