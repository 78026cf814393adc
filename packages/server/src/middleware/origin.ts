import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import type { HonoEnv } from './app-context.ts'

/**
 * Refuses web pages of other hosts: a browser names its page in Origin, other clients send none. Allow-listed origins
 * get CORS headers, and never the wildcard.
 */
export const checkOrigin = ({ allowedOrigins }: AppSettings): MiddlewareHandler<HonoEnv> => {
  const allowed = new Set(allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')))
  return async (c, next) => {
    const origin = c.req.header('origin')?.toLowerCase()
    if (origin === undefined) return next()
    const listed = allowed.has(origin)
    if (!listed && !isSameHost(origin, c.req.header('host') ?? new URL(c.req.url).host)) throw foreign(origin)
    if (!listed) return next()
    if (c.req.method === 'OPTIONS') c.res = preflight(c.req.header('access-control-request-headers'))
    else await next()
    c.res.headers.set('access-control-allow-origin', origin)
    c.res.headers.append('vary', 'Origin')
  }
}

const isSameHost = (origin: string, host: string): boolean => {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return false
  // Through URL on both sides, so that a default port written out is the same as one left out.
  const own = `${url.protocol}//${host}`
  return URL.canParse(own) && new URL(own).host === url.host
}

const preflight = (headers: string | undefined): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': headers ?? 'content-type, authorization, x-rt-thread',
      'access-control-max-age': '600',
    },
  })

const foreign = (origin: string): RtError =>
  new RtError({
    code: 'forbidden',
    message: `pages of ${JSON.stringify(origin)} may not call this server.`,
    hint: 'Add the origin to allowedOrigins if it is yours.',
  })
