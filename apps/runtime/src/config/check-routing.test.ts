import { expect, it } from 'vitest'
import { checkRouting } from './check-routing.ts'
import { loadConfig } from './load-config.ts'
import type { RoutingSettings } from './routing-settings.ts'

/** As a program without types may give it. */
const routing = (given: unknown): Partial<RoutingSettings> => given as Partial<RoutingSettings>

it.each<[unknown, string, string]>([
  [{ providers: { x: { kind: 'antropic' } } }, 'providers.x.kind is "antropic".', 'did you mean anthropic?'],
  [{ providers: { antropic: {} } }, 'providers.antropic.kind is undefined.', 'did you mean anthropic?'],
  [{ providers: { mine: {} } }, 'providers.mine.kind is undefined.', 'What "mine" speaks is not known. Give one of'],
  [{ providers: { 'a/b': { kind: 'openai' } } }, 'providers is "a/b".', 'A name consists of letters'],
  [{ providers: { kserve: {} } }, 'providers.kserve.baseURL is undefined.', 'the address of its server'],
  [{ providers: { g: { kind: 'ai-sdk' } } }, 'providers.g.package is undefined.', '@ai-sdk/google'],
  [{ providers: { openai: { timeoutMs: '60s' } } }, 'providers.openai.timeoutMs is "…".', 'a number from 0 on'],
  [{ providers: { openai: { price: { input: -1, output: 1 } } } }, 'providers.openai.price.input is -1.', 'a number'],
  [{ router: { budget: { dayUsd: Number.NaN } } }, 'router.budget.dayUsd is NaN.', 'a number from 0 on'],
  [{ router: { timeoutMs: Infinity } }, 'router.timeoutMs is Infinity.', 'a number from 0 on'],
  [
    { limits: { models: { a: { requestsPerMinute: null } } } },
    'limits.models.a.requestsPerMinute is null.',
    'a number',
  ],
  [
    { providers: { anthropic: { base_url: 'http://127.0.0.1' } } },
    'providers.anthropic has no "base_url".',
    'Did you mean baseURL?',
  ],
  [
    { providers: { openai: { price: { in: 1, output: 1 } } } },
    'providers.openai.price has no "in".',
    'There are input, output',
  ],
  [
    { providers: { openai: { apiKey: 'env:MY_KEY' } } },
    'providers.openai.apiKey is "env:MY_KEY".',
    "process.env['MY_KEY']",
  ],
  [{ providers: { openai: { apiKey: '$MY_KEY' } } }, 'providers.openai.apiKey is "…".', "process.env['MY_KEY']"],
  [{ router: { timeout: 3 } }, 'router has no "timeout".', 'Did you mean timeoutMs?'],
  [{ router: { budget: { day_usd: 3 } } }, 'router.budget has no "day_usd".', 'Did you mean dayUsd?'],
  [{ router: { cache: { ttl: '1h' } } }, 'router.cache has no "ttl".', 'Did you mean ttlMs?'],
  [{ limits: { requests_per_minute: 3 } }, 'limits has no "requests_per_minute".', 'Did you mean requestsPerMinute?'],
  [{ limits: { store: 'file' } }, 'limits.store is "file".', 'one of memory, redis'],
  [{ limits: { store: 'redis' } }, 'limits.store is "redis".', "url: 'redis://127.0.0.1:6379'"],
])('%j is refused by its name', async (given, message, hint) => {
  const expected = { code: 'config_invalid', message, hint: expect.stringContaining(hint) as unknown }
  await expect(loadConfig({}, { env: {}, config: false, routing: routing(given) })).rejects.toMatchObject(expected)
})

it('what is right, or left out, passes', () => {
  checkRouting({})
  checkRouting({
    providers: {
      openai: { apiKey: 'k', timeoutMs: undefined, headers: { 'X-input': 'text' } },
      mine: { baseURL: 'http://127.0.0.1:8000/v1', price: { input: 0, output: 0 }, models: ['input'] },
    },
    router: { retries: 0, budget: { threadUsd: 0.5 }, cache: {} },
    limits: { store: 'redis', url: 'redis://127.0.0.1', models: { 'my-input': { tokensPerMinute: 1 } } },
  })
})
