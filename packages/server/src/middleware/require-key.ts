import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import type { AppContext, HonoEnv } from './app-context.ts'
import type { Caller, Identify } from './identify.ts'

/** Whether requests must carry a key now: stored keys come and go while the server runs. */
export const isKeyRequired = async (c: AppContext, { keyed, keys }: AppSettings): Promise<boolean> =>
  keyed || c.env?.exposed === true || ((await keys?.required()) ?? false)

/**
 * Asks for a key, before anything else of the request is read, wherever there are keys. Without any, a wrong one is let
 * through: clients of OpenAI's protocol send placeholders.
 */
export const requireKey =
  (settings: AppSettings, identify: Identify): MiddlewareHandler<HonoEnv> =>
  async (c, next) => {
    const caller = await identify(c)
    if (caller.key !== 'valid' && (await isKeyRequired(c, settings))) throw unauthorized(caller)
    c.set('identity', caller.identity)
    await next()
  }

/** Asks for a key of the operator, also where no other is needed: a page or program of another user has none. */
export const requireAdmin =
  (identify: Identify): MiddlewareHandler<HonoEnv> =>
  async (c, next) => {
    const caller = await identify(c)
    if (caller.key !== 'valid')
      throw unauthorized(caller, 'with a key of scope admin: rt key create NAME --scope admin')
    if (caller.identity.scope !== 'admin') throw notAdmin()
    c.set('identity', caller.identity)
    await next()
  }

export const unauthorized = ({ key }: Caller, which?: string): RtError =>
  new RtError({
    code: 'unauthorized',
    message: key === 'missing' ? 'no API key was sent.' : 'the API key is not one of this server.',
    hint: `Send "Authorization: Bearer <key>"${which ? ` ${which}` : ''}.`,
  })

const notAdmin = (): RtError =>
  new RtError({
    code: 'forbidden',
    message: 'this API key has the scope chat, and what is under /rt needs admin.',
    hint: 'Make another: rt key create NAME --scope admin.',
  })
