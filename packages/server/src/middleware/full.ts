import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import { errorResponse } from '../errors/error-response.ts'
import { errorContext, type HonoEnv } from './app-context.ts'

/** Turned away before its key or body is read: health is still told, and the operator may look and stop what runs. */
const STILL_ANSWERED = /^\/(?:$|health$|ready$|v1\/health$|rt\/)/

/** Turns requests away while the listener works on as many as it may. */
export const refuseWhileFull =
  (settings: AppSettings): MiddlewareHandler<HonoEnv> =>
  async (c, next) => {
    const most = c.env?.full
    if (most === undefined || STILL_ANSWERED.test(c.req.path)) return next()
    return errorResponse(
      new RtError({
        code: 'overloaded',
        message: `the server works on ${most} requests, the most it may.`,
        hint: 'Try again in a moment; `max_requests` of `[server]` allows more.',
        data: { requests: most, retryAfterMs: 1000 },
      }),
      errorContext(c, settings),
    )
  }
