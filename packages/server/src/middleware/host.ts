import { isLoopbackHost, RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import type { HonoEnv } from './app-context.ts'
import type { Identify } from './identify.ts'
import { unauthorized } from './require-key.ts'

/** Name and optional port; brackets for IPv6. */
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/

/** The name in a Host header, lower case, without port; undefined when it is not one. */
export const hostName = (host: string): string | undefined => HOST.exec(host.toLowerCase())?.[1]

/**
 * Refuses requests addressed to a name that is not ours. This is what stops DNS rebinding: a page's own domain, pointed
 * at 127.0.0.1, still sends its own name. Where no names are listed, whoever has a key may call us by any; and so may
 * everybody who reaches us from another machine.
 */
export const checkHost = ({ allowedHosts, keyed }: AppSettings, identify: Identify): MiddlewareHandler<HonoEnv> => {
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()))
  return async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host
    const name = hostName(host)
    if (name !== undefined && (isLoopbackHost(name) || allowed.has(name))) return next()
    if (allowed.size === 0 && c.env?.exposed === true) return next()
    if (allowed.size === 0 && keyed) {
      const caller = await identify(c)
      if (caller.key === 'valid') return next()
      throw unauthorized(caller, 'under a name that is not in allowedHosts')
    }
    throw new RtError({
      code: 'forbidden',
      message: `the Host header ${JSON.stringify(host)} is not a name of this server.`,
      hint: 'Call it as 127.0.0.1 or localhost, or add the name to allowedHosts.',
    })
  }
}
