import { type Identity, type KeyScope, LOCAL, RtError } from '@rt/core'
import type { AppSettings } from '../app-options.ts'
import { isHeaderText } from '../header-text.ts'
import type { AppContext } from './app-context.ts'

/** Who sends a request, and whether a key says so. */
export interface Caller {
  /** Without a valid key: the operator as a plain client. */
  identity: Identity
  key: 'valid' | 'wrong' | 'missing'
}

export type Identify = (c: AppContext) => Promise<Caller>

const UNNAMED: Identity = { principal: LOCAL, scope: 'chat' }

/**
 * Looks up whose key a request carries: the lock's token, `apiKeys`, then stored keys.
 *
 * @throws RtError `config_invalid` for an empty key, and one that no request can carry.
 */
export const createIdentify = ({ apiKeys, localToken, keys }: AppSettings): Identify => {
  const secrets: [secret: string, scope: KeyScope][] = apiKeys.map((key) => [key, 'chat'])
  if (localToken !== undefined) secrets.unshift([localToken, 'admin'])
  for (const [secret, scope] of secrets) {
    if (secret.trim() === '') throw badKey(scope === 'admin' ? 'localToken is empty.' : 'apiKeys holds an empty key.')
    if (isHeaderText(secret)) continue
    const which = scope === 'admin' ? 'localToken is one' : 'apiKeys holds one'
    throw badKey(
      `${which} that no request can carry: there are spaces around it, or a character that is none of a header.`,
    )
  }

  let known: Promise<{ digest: Uint8Array; scope: KeyScope }[]> | undefined
  const given = async (secret: string): Promise<Identity | undefined> => {
    if (secrets.length === 0) return undefined
    known ??= Promise.all(secrets.map(async ([text, scope]) => ({ digest: await digest(text), scope })))
    const sent = await digest(secret)
    // All of them, whichever fits: time tells nothing about a key.
    const [found] = (await known).filter((candidate) => isSame(candidate.digest, sent))
    return found && { principal: LOCAL, scope: found.scope }
  }
  return async (c) => {
    const secret = sentKey(c)
    if (secret === undefined) return { identity: UNNAMED, key: 'missing' }
    const identity = (await given(secret)) ?? (await keys?.identify(secret))
    return identity ? { identity, key: 'valid' } : { identity: UNNAMED, key: 'wrong' }
  }
}

const sentKey = (c: AppContext): string | undefined =>
  /^Bearer +(\S.*)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? (c.req.header('x-api-key') || undefined)

const digest = async (key: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)))

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.reduce((difference, byte, i) => difference | (byte ^ b[i]!), 0) === 0

const badKey = (message: string): RtError =>
  new RtError({ code: 'config_invalid', message, hint: 'Remove it, or give another: letters, digits, "-" and "_".' })
