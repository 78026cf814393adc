import { nearestNames, RtError } from '@rt/core'
import { isProviderKind, PROVIDER_KINDS, PROVIDER_NAME } from './provider-kinds.ts'
import type {
  BudgetSettings,
  CacheSettings,
  LimitsSettings,
  ProviderPrice,
  ProviderSettings,
  RouterSettings,
  RoutingSettings,
} from './routing-settings.ts'
import { isVariable } from './resolve-variables.ts'
import { shownValue } from './shown.ts'
import { variableMeant } from './variable-meant.ts'

/**
 * What a program says about providers, router and limits. A file is checked by its schema, which is not loaded without one.
 *
 * @throws RtError `config_invalid` naming the option.
 */
export const checkRouting = ({ providers = {}, router = {}, limits = {} }: Partial<RoutingSettings>): void => {
  for (const [id, settings] of Object.entries(providers)) checkProvider(id, settings)
  checkKeys(['router'], router, ROUTER_KEYS)
  checkKeys(['router', 'budget'], router.budget, BUDGET_KEYS)
  checkKeys(['router', 'cache'], router.cache, CACHE_KEYS)
  checkKeys(['limits'], limits, LIMITS_KEYS)
  checkNumbers(['providers'], providers)
  checkNumbers(['router'], router)
  checkNumbers(['limits'], limits)
  if (limits.store !== undefined && limits.store !== 'memory' && limits.store !== 'redis')
    throw wrong(['limits', 'store'], limits.store, 'It must be one of memory, redis.')
  if (limits.store === 'redis' && !limits.url)
    throw wrong(['limits', 'store'], limits.store, "It needs its address: url: 'redis://127.0.0.1:6379'.")
}

const PROVIDER_KEYS = {
  kind: 1,
  apiKey: 1,
  baseURL: 1,
  models: 1,
  headers: 1,
  timeoutMs: 1,
  contextTokens: 1,
  dimensions: 1,
  continues: 1,
  price: 1,
  version: 1,
  api: 1,
  package: 1,
} satisfies Record<keyof ProviderSettings, 1>
const PRICE_KEYS = { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 } satisfies Record<keyof ProviderPrice, 1>
const ROUTER_KEYS = { timeoutMs: 1, retries: 1, hedgeAfterMs: 1, budget: 1, cache: 1 } satisfies Record<
  keyof RouterSettings,
  1
>
const BUDGET_KEYS = {
  dayUsd: 1,
  dayTokens: 1,
  keyDayUsd: 1,
  keyDayTokens: 1,
  threadUsd: 1,
  threadTokens: 1,
} satisfies Record<keyof BudgetSettings, 1>
const CACHE_KEYS = { ttlMs: 1, sampled: 1, similar: 1 } satisfies Record<keyof CacheSettings, 1>
const LIMITS_KEYS = { store: 1, url: 1, models: 1, requestsPerMinute: 1, tokensPerMinute: 1 } satisfies Record<
  keyof LimitsSettings,
  1
>

/** A program may run without its types being checked, and `base_url` would leave the prompt to another address. */
const checkKeys = (path: string[], value: object | undefined, known: object): void => {
  const wrongKey = Object.keys(value ?? {}).find((key) => !Object.hasOwn(known, key))
  if (wrongKey === undefined) return
  const [near] = nearestNames(wrongKey, Object.keys(known))
  throw new RtError({
    code: 'config_invalid',
    message: `${path.join('.')} has no ${JSON.stringify(wrongKey)}.`,
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}There are ${Object.keys(known).join(', ')}.`,
  })
}

const checkProvider = (id: string, settings: ProviderSettings): void => {
  const { kind, baseURL, package: code } = settings
  const known = `one of ${PROVIDER_KINDS.join(', ')}`
  const meant = (name: string): string => {
    const [near] = nearestNames(name, PROVIDER_KINDS)
    return near === undefined ? '.' : `; did you mean ${near}?`
  }
  if (!PROVIDER_NAME.test(id))
    throw wrong(['providers'], id, 'A name consists of letters, digits, "-", "_" and ".", a letter or digit first.')
  if (kind !== undefined && !isProviderKind(kind))
    throw wrong(['providers', id, 'kind'], kind, `It must be ${known}${meant(String(kind))}`)
  // It would be OpenAI's own address otherwise, and its key.
  if (kind === undefined && baseURL === undefined && !isProviderKind(id))
    throw wrong(['providers', id, 'kind'], kind, `What "${id}" speaks is not known${meant(id)} Give ${known}.`)
  checkKeys(['providers', id], settings, PROVIDER_KEYS)
  checkKeys(['providers', id, 'price'], settings.price, PRICE_KEYS)
  const variable = isVariable(settings.apiKey) ? settings.apiKey.slice('env:'.length) : variableMeant(settings.apiKey)
  if (variable !== undefined)
    throw wrong(
      ['providers', id, 'apiKey'],
      settings.apiKey,
      `It would be sent as the key itself. In a program: process.env['${variable}'].`,
    )
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
