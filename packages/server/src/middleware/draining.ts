import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import { errorResponse } from '../errors/error-response.ts'
import { errorContext, type HonoEnv } from './app-context.ts'

/** Turns new requests away while the server closes; health stays readable so that a balancer sees why. */
export const refuseWhileDraining =
  (settings: AppSettings): MiddlewareHandler<HonoEnv> =>
  async (c, next) => {
    if (!c.env?.draining) return next()
    if (/^\/(health|ready|v1\/health)$/.test(c.req.path)) {
      await next()
      c.res.headers.set('connection', 'close')
      return
    }
    return errorResponse(
      new RtError({ code: 'shutting_down', message: 'the server is closing.', hint: 'Try again in a moment.' }),
      errorContext(c, settings),
      { headers: { connection: 'close' } },
    )
  }
