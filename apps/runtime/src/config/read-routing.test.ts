import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import type { RoutingSettings } from './routing-settings.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-routing-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

interface Given {
  env?: Record<string, string>
  routing?: Partial<RoutingSettings>
}

const load = async (text: string, { env = {}, routing }: Given = {}) => {
  await writeFile(join(root, 'config.toml'), `rt = 1\n${text}`)
  return loadConfig(
    {},
    { env, cwd: root, config: 'config.toml', routing, trust: true, trustFolder: join(root, 'trusted') },
  )
}
const routingOf = async (text: string, given?: Given): Promise<RoutingSettings> => {
  const { providers, router, limits } = (await load(text, given)).settings
  return { providers, router, limits }
}

describe('the tables of a file', () => {
  it('are what the program calls them, times in milliseconds', async () => {
    const text = `
[providers.anthropic]
api_key = "env:CLAUDE"
timeout = "1.5m"
version = "2023-06-01"
continues = true
headers = { "anthropic-beta" = "some_thing", X_Y = "env:HEADER" }
[providers."my.own-1"]
kind = "openai"
base_url = "http://127.0.0.1:8000/v1"
models = ["a", "b/c"]
context_tokens = 8192
dimensions = 384
api = "responses"
price = { input = 0.5, output = 1, cache_read = 0.05, cache_write = 0.6 }
[providers.google]
kind = "ai-sdk"
package = "@ai-sdk/google"
[router]
timeout = "500ms"
retries = 0
hedge_after = "2 s"
[router.budget]
day_usd = 5
day_tokens = 0
key_day_usd = 1.5
key_day_tokens = 1000
thread_usd = 0
thread_tokens = 10
[router.cache]
ttl = "1h"
sampled = true
similar = 0.9
[limits]
store = "redis"
url = "env:REDIS"
requests_per_minute = 60
tokens_per_minute = 1000
[limits.models."anthropic/claude_x"]
requests_per_minute = 5
`
    const env = { CLAUDE: 'canary-key', HEADER: 'canary-header', REDIS: 'redis://127.0.0.1:6379' }
    expect(await routingOf(text, { env })).toEqual({
      providers: {
        anthropic: {
          apiKey: 'canary-key',
          timeoutMs: 90_000,
          version: '2023-06-01',
          continues: true,
          headers: { 'anthropic-beta': 'some_thing', X_Y: 'canary-header' },
        },
        'my.own-1': {
          kind: 'openai',
          baseURL: 'http://127.0.0.1:8000/v1',
          models: ['a', 'b/c'],
          contextTokens: 8192,
          dimensions: 384,
          api: 'responses',
          price: { input: 0.5, output: 1, cacheRead: 0.05, cacheWrite: 0.6 },
        },
        google: { kind: 'ai-sdk', package: '@ai-sdk/google' },
      },
      router: {
        timeoutMs: 500,
        retries: 0,
        hedgeAfterMs: 2000,
        budget: { dayUsd: 5, dayTokens: 0, keyDayUsd: 1.5, keyDayTokens: 1000, threadUsd: 0, threadTokens: 10 },
        cache: { ttlMs: 3_600_000, sampled: true, similar: 0.9 },
      },
      limits: {
        store: 'redis',
        url: 'redis://127.0.0.1:6379',
        requestsPerMinute: 60,
        tokensPerMinute: 1000,
        models: { 'anthropic/claude_x': { requestsPerMinute: 5 } },
      },
    })
  })

  it('that are absent are absent: an empty cache is one with its defaults', async () => {
    expect(await routingOf('')).toEqual({ providers: {}, router: {}, limits: {} })
    expect(await routingOf('[router.cache]\n[providers.openai]\n')).toEqual({
      providers: { openai: {} },
      router: { cache: {} },
      limits: {},
    })
  })

  it('have options of a program over them: a provider as a whole, else each key', async () => {
    const text = `
[providers.anthropic]
api_key = "of the file"
timeout = "1s"
[providers.groq]
[router]
retries = 1
timeout = "1s"
[limits]
requests_per_minute = 5
`
    const routing: Partial<RoutingSettings> = {
      providers: { anthropic: { apiKey: 'of the program' }, mine: { baseURL: 'http://127.0.0.1:1' } },
      router: { retries: 0, timeoutMs: undefined },
      limits: { tokensPerMinute: 7 },
    }
    expect(await routingOf(text, { routing })).toEqual({
      providers: {
        anthropic: { apiKey: 'of the program' },
        groq: {},
        mine: { baseURL: 'http://127.0.0.1:1' },
      },
      router: { retries: 0, timeoutMs: 1000 },
      limits: { requestsPerMinute: 5, tokensPerMinute: 7 },
    })
  })
})

describe('the rows of rt config', () => {
  const TABLES = /^(providers|router|limits)\./
  const shown = async (text: string, env?: Record<string, string>) =>
    (await load(text, { env })).rows
      .filter(({ key }) => TABLES.test(key))
      .map(({ key, value, origin }) => [key, value, 'line' in origin ? origin.line : origin.from])

  it('have each key with its line', async () => {
    const text = `[providers.vllm]
models = ["a", "b"]
price = { input = 1, output = 2 }
[router]
timeout = "5s"
budget = { day_usd = 5 }
[limits.models."a/b"]
requests_per_minute = 2
`
    expect(await shown(text)).toEqual([
      ['providers.vllm.models', ['a', 'b'], 3],
      ['providers.vllm.price.input', 1, 4],
      ['providers.vllm.price.output', 2, 4],
      ['router.timeout', '5s', 6],
      ['router.budget.day_usd', 5, 7],
      ['limits.models."a/b".requests_per_minute', 2, 9],
    ])
  })

  it('never have a secret', async () => {
    const text = `[providers.a]
kind = "openai"
api_key = "canary-1"
base_url = "https://user:canary-2@host.example/v1?api_key=canary-3"
headers = { Authorization = "Bearer canary-4", X-Team = "canary-5", X-Other = "env:OTHER" }
[providers.b]
kind = "openai"
api_key = "env:KEY"
base_url = "env:PLACE"
[limits]
store = "redis"
url = "redis://user:canary-6@redis.example:6379"
`
    const env = { OTHER: 'canary-7', KEY: 'canary-8', PLACE: 'https://canary-9.example' }
    const rows = await shown(text, env)
    expect(JSON.stringify(rows)).not.toContain('canary')
    expect(Object.fromEntries(rows.map(([key, value]) => [key, value]))).toEqual({
      'providers.a.kind': 'openai',
      'providers.a.api_key': 'set',
      'providers.a.base_url': 'https://…@host.example/v1?api_key=…',
      'providers.a.headers.Authorization': 'set',
      'providers.a.headers.X-Team': 'set',
      'providers.a.headers.X-Other': 'env:OTHER',
      'providers.b.kind': 'openai',
      'providers.b.api_key': 'env:KEY',
      'providers.b.base_url': 'env:PLACE',
      'limits.store': 'redis',
      'limits.url': 'redis://…@redis.example:6379',
    })
  })
})
