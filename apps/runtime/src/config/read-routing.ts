import { defined } from '../defined.ts'
import { dottedKey } from './describe-place.ts'
import { toMilliseconds } from './duration.ts'
import type { ConfigFile } from './read-file.ts'
import type {
  LimitsSettings,
  ProviderSettings,
  RateSettings,
  RouterSettings,
  RoutingSettings,
} from './routing-settings.ts'
import type { SettingRow } from './settings.ts'
import { isSecret, withoutLoginsDeep } from './shown.ts'
import { camelCase, mapValues } from './to-options.ts'

type Table = Record<string, unknown>

/** `[providers]`, `[router]` and `[limits]` of a file, in the runtime's own names. The schema has checked every value. */
export const readRouting = (file: ConfigFile | undefined): RoutingSettings => {
  const table = (name: string): Table => (file?.get([name])?.value ?? {}) as Table
  const { budget, cache, timeout, retries, hedge_after: hedgeAfter } = table('router')
  const { store, url, models, ...rates } = table('limits')
  return {
    providers: mapValues(table('providers'), toProvider),
    router: defined({
      timeoutMs: milliseconds(timeout),
      retries,
      hedgeAfterMs: milliseconds(hedgeAfter),
      budget: budget && camelCase(budget as Table),
      cache: cache && toCache(cache as Table),
    }) as RouterSettings,
    limits: defined({
      store,
      url,
      ...toRates(rates),
      models: models && mapValues(models as Table, toRates),
    }) as LimitsSettings,
  }
}

const toProvider = (table: Table): ProviderSettings => {
  const { base_url: baseURL, timeout, price, ...others } = table
  return defined({
    ...camelCase(others),
    baseURL,
    timeoutMs: milliseconds(timeout),
    price: price && camelCase(price as Table),
  }) as ProviderSettings
}

const toCache = ({ ttl, ...others }: Table): Table => defined({ ...others, ttlMs: milliseconds(ttl) })

const toRates = (table: Table): RateSettings => camelCase(table)

const milliseconds = (text: unknown): number | undefined =>
  typeof text === 'string' ? toMilliseconds(text) : undefined

/** Each key of some tables of a file by itself, for `rt config`. */
export const tableRows = (file: ConfigFile | undefined, path: string | undefined, tables: string[][]): SettingRow[] => {
  if (!file || path === undefined) return []
  const rows = (at: string[], value: unknown): SettingRow[] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.entries(value).flatMap(([key, below]) => rows([...at, key], below))
    const { line } = file.get(at)!
    return [
      {
        key: dottedKey(at),
        // Every start makes rows, and few show them.
        get value() {
          return isSecret(at, value) ? 'set' : withoutLoginsDeep(value)
        },
        origin: { from: 'file', file: path, line },
      },
    ]
  }
  return tables.flatMap((table) => rows(table, file.get(table)?.written ?? {}))
}
