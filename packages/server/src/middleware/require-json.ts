import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import { errorResponse } from '../errors/error-response.ts'
import { errorContext, type HonoEnv } from './app-context.ts'
import { isJson, mediaType } from './read-json.ts'

/**
 * Refuses POST bodies that are not plain JSON: a form or text/plain is what a foreign page can send without asking, and
 * a compressed body could be a bomb.
 *
 * @param others types that will do as well.
 */
export const requireJson =
  (settings: AppSettings, others: readonly string[] = []): MiddlewareHandler<HonoEnv> =>
  async (c, next) => {
    if (c.req.method !== 'POST') return next()
    const type = c.req.header('content-type')
    const encoding = c.req.header('content-encoding')
    const accepted = isJson(type) || others.includes(mediaType(type).toLowerCase())
    if (accepted && (encoding === undefined || encoding === 'identity')) return next()
    const message = accepted
      ? `content-encoding ${JSON.stringify(encoding)} is not accepted.`
      : `content-type ${JSON.stringify(type ?? '')} is not accepted.`
    const error = new RtError({
      code: 'unsupported',
      message,
      hint: 'Send plain JSON with "content-type: application/json".',
    })
    return errorResponse(error, errorContext(c, settings), { status: 415 })
  }
