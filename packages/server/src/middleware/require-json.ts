import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import { errorResponse } from '../errors/error-response.ts'
import { errorContext, type HonoEnv } from './app-context.ts'
import { isJson } from './read-json.ts'

/**
 * Refuses POST bodies that are not plain JSON: a form or text/plain is what a foreign page can send without asking, and
 * a compressed body could be a bomb.
 */
export const requireJson =
  (settings: AppSettings): MiddlewareHandler<HonoEnv> =>
  async (c, next) => {
    if (c.req.method !== 'POST') return next()
    const type = c.req.header('content-type')
    const encoding = c.req.header('content-encoding')
    if (isJson(type) && (encoding === undefined || encoding === 'identity')) return next()
    const message = isJson(type)
      ? `content-encoding ${JSON.stringify(encoding)} is not accepted.`
      : `content-type ${JSON.stringify(type ?? '')} is not accepted.`
    const error = new RtError({
      code: 'unsupported',
      message,
      hint: 'Send plain JSON with "content-type: application/json".',
    })
    return errorResponse(error, errorContext(c, settings), { status: 415 })
  }
