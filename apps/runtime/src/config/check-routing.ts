import { nearestNames, RtError } from '@rt/core'
import { isProviderKind, PROVIDER_KINDS } from './provider-kinds.ts'
import type { ProviderSettings, RoutingSettings } from './routing-settings.ts'
import { shownValue } from './shown.ts'

/**
 * What a program says about providers, router and limits. A file is checked by its schema, which is not loaded without one.
 *
 * @throws RtError `config_invalid` naming the option.
 */
export const checkRouting = ({ providers = {}, router = {}, limits = {} }: Partial<RoutingSettings>): void => {
  for (const [id, settings] of Object.entries(providers)) checkProvider(id, settings)
  checkNumbers(['providers'], providers)
  checkNumbers(['router'], router)
  checkNumbers(['limits'], limits)
  if (limits.store !== undefined && limits.store !== 'memory' && limits.store !== 'redis')
    throw wrong(['limits', 'store'], limits.store, 'It must be one of memory, redis.')
  if (limits.store === 'redis' && !limits.url)
    throw wrong(['limits', 'store'], limits.store, "It needs its address: url: 'redis://127.0.0.1:6379'.")
}

const checkProvider = (id: string, { kind, baseURL, package: code }: ProviderSettings): void => {
  const known = `one of ${PROVIDER_KINDS.join(', ')}`
  const meant = (name: string): string => {
    const [near] = nearestNames(name, PROVIDER_KINDS)
    return near === undefined ? '.' : `; did you mean ${near}?`
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id))
    throw wrong(['providers'], id, 'A name consists of letters, digits, "-", "_" and ".", a letter or digit first.')
  if (kind !== undefined && !isProviderKind(kind))
    throw wrong(['providers', id, 'kind'], kind, `It must be ${known}${meant(String(kind))}`)
  // It would be OpenAI's own address otherwise, and its key.
  if (kind === undefined && baseURL === undefined && !isProviderKind(id))
    throw wrong(['providers', id, 'kind'], kind, `What "${id}" speaks is not known${meant(id)} Give ${known}.`)
  const speaks = kind ?? id
  if (speaks === 'kserve' && baseURL === undefined)
    throw wrong(['providers', id, 'baseURL'], baseURL, 'It must be the address of its server: http://127.0.0.1:8000.')
  if (speaks === 'ai-sdk' && !code)
    throw wrong(['providers', id, 'package'], code, 'It must be an installed package such as @ai-sdk/google.')
}

const NUMBERS = /(?:Ms|Usd|Tokens|PerMinute|^retries|^dimensions|^similar|^input|^output|^cacheRead|^cacheWrite)$/

/** A limit that is not a number is none: what was read from the environment may be NaN. */
const checkNumbers = (path: string[], value: object): void => {
  for (const [key, one] of Object.entries(value)) {
    const at = [...path, key]
    if (typeof one === 'object' && one !== null) {
      if (key !== 'headers') checkNumbers(at, one as object)
    } else if (one !== undefined && NUMBERS.test(key) && !(Number.isFinite(one) && one >= 0))
      throw wrong(at, one, 'It must be a number from 0 on.')
  }
}

const wrong = (path: string[], value: unknown, hint: string): RtError =>
  new RtError({ code: 'config_invalid', message: `${path.join('.')} is ${shownValue(path, value)}.`, hint })
