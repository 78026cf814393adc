import { type Clock, type JsonObject, RtError, systemClock } from '@rt/core'
import type { AnthropicModelFacts } from './model-facts.ts'

/** What `anthropic-version` may say. */
export type AnthropicVersion = '2023-06-01' | '2026-10-21'

export interface AnthropicOptions {
  /** Its models are called `<id>/<model>`, and what it keeps in message parts is filed under it. Default `anthropic`. */
  id?: string
  apiKey: string
  /** With or without the `/v1`. Default `https://api.anthropic.com`; ANTHROPIC_BASE_URL is not read. */
  baseURL?: string
  /** Default `2026-10-21`, which takes no temperature, topP and topK. Most servers that imitate the API want `2023-06-01`. */
  version?: AnthropicVersion
  /** Sent with every request, e.g. `anthropic-beta`. */
  headers?: Record<string, string>
  /** How long the first byte may take, ms. Default 120,000. */
  timeoutMs?: number
  /** How long a stream may be silent, pings included, ms. Default 60,000. */
  idleMs?: number
  /** Marks the stable prefix of each prompt for the provider's cache, whose writes cost a quarter more. Default true. */
  cache?: boolean
  /** When tokens are counted by the API instead of estimated: `near` the limit of the window, or `always`. Default `near`. */
  count?: 'near' | 'always'
  /** Tools the provider runs itself, as its documentation writes them: `{ type: 'web_search_20250305', name: 'web_search' }`. */
  serverTools?: JsonObject[]
  /** Fields added to every request as they are: `service_tier`, `container`, `inference_geo`, ... */
  body?: JsonObject
  /** What is known of models better than their names tell; `*` stands for all others. */
  models?: Record<string, Partial<AnthropicModelFacts>>
  /** Default: the system's. */
  clock?: Clock
}

export interface AnthropicSettings extends Required<AnthropicOptions> {}

/** @throws RtError `invalid_request`, `unauthorized` without a key. */
export const resolveOptions = (options: AnthropicOptions): AnthropicSettings => {
  const settings: AnthropicSettings = {
    id: 'anthropic',
    baseURL: 'https://api.anthropic.com',
    version: '2026-10-21',
    headers: {},
    timeoutMs: 120_000,
    idleMs: 60_000,
    cache: true,
    count: 'near',
    serverTools: [],
    body: {},
    models: {},
    clock: systemClock,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    apiKey: options.apiKey,
  }
  if (!settings.apiKey)
    throw new RtError({
      code: 'unauthorized',
      message: `the provider ${settings.id} has no API key.`,
      hint: options.baseURL
        ? 'Give apiKey (api_key in config.toml): ANTHROPIC_API_KEY is for Anthropic itself, not for the address in baseURL.'
        : 'Set ANTHROPIC_API_KEY, or give apiKey (api_key in config.toml).',
      data: { provider: settings.id },
    })
  if (!URL.canParse(settings.baseURL))
    throw wrong(
      `baseURL of the provider ${settings.id} is no address: ${settings.baseURL}.`,
      'It looks like https://api.anthropic.com',
    )
  // The SDK puts it there, and people copy it from elsewhere.
  settings.baseURL = settings.baseURL.replace(/(?:\/v1)?\/*$/, '')
  if (settings.version !== '2023-06-01' && settings.version !== '2026-10-21')
    throw wrong(
      `version ${String(settings.version)} of the provider ${settings.id} is not known.`,
      'Known are 2023-06-01 and 2026-10-21.',
    )
  for (const name of ['timeoutMs', 'idleMs'] as const)
    if (!Number.isSafeInteger(settings[name]) || settings[name] < 1)
      throw wrong(`${name} of the provider ${settings.id} is ${settings[name]}.`, 'Give whole milliseconds from 1 on.')
  return settings
}

const wrong = (message: string, hint: string): RtError => new RtError({ code: 'invalid_request', message, hint })
