import { RtError } from '@rt/core'
import type { MiddlewareHandler } from 'hono'
import type { AppSettings } from '../app-options.ts'
import type { HonoEnv } from './app-context.ts'

/** Asks for a Bearer key before anything of the request is read. Without `apiKeys` it lets all through. */
export const checkKey = ({ apiKeys }: AppSettings): MiddlewareHandler<HonoEnv> => {
  if (apiKeys.length === 0) return (_c, next) => next()
  if (apiKeys.some((key) => key.trim() === ''))
    throw new RtError({
      code: 'config_invalid',
      message: 'apiKeys holds an empty key.',
      hint: 'Remove it, or give it a value.',
    })
  const digests = Promise.all(apiKeys.map(digest))
  return async (c, next) => {
    const given = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (given !== undefined && isOneOf(await digest(given), await digests)) return next()
    throw new RtError({
      code: 'unauthorized',
      message: given === undefined ? 'no API key was sent.' : 'the API key is not one of this server.',
      hint: 'Send "Authorization: Bearer <key>".',
    })
  }
}

const digest = async (key: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)))

/** Compares digests, all bytes of all of them: time tells nothing about a key. */
const isOneOf = (given: Uint8Array, digests: Uint8Array[]): boolean =>
  digests.map((known) => known.reduce((difference, byte, i) => difference | (byte ^ given[i]!), 0)).includes(0)
