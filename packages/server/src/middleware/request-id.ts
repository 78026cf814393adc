import { createSecretId } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { HonoEnv } from './app-context.ts'

const PLAIN = /^[\w.:-]{1,128}$/

/** Names each request: the client's own `x-request-id` when it is plain, else a random one. It is on every response. */
export const requestId: MiddlewareHandler<HonoEnv> = async (c, next) => {
  const given = c.req.header('x-request-id')
  const id = given && PLAIN.test(given) ? given : `req_${createSecretId()}`
  c.set('requestId', id)
  await next()
  c.res.headers.set('x-request-id', id)
  c.res.headers.set('x-content-type-options', 'nosniff')
}
