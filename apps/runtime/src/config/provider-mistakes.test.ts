import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-providers-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const load = async (text: string, env: Record<string, string>) => {
  await writeFile(join(root, 'config.toml'), `rt = 1\n${text}\n`)
  const trustFolder = join(root, 'trusted')
  return loadConfig({}, { env, cwd: root, config: 'config.toml', trust: true, trustFolder })
}

const OWN = '[providers.own]\nkind = "openai"\n'

it.each<[string, string, string, Record<string, string>?]>([
  ['[providers.x]\nkind = "antropic"', 'line 3: [providers.x] kind = "antropic"', '; did you mean "anthropic"?'],
  ['[providers.x]\nkind = 1', 'line 3: [providers.x] kind = 1', '"kind" must be one of "anthropic", "openai",'],
  [
    '[providers.antropic]',
    'line 2: [providers.antropic]',
    'did you mean [providers.anthropic]? Write its kind: kind =',
  ],
  [
    '[providers.mine]\nbase_url = "http://h/v1"',
    'line 2: [providers.mine]',
    'What "mine" speaks is not known. Write its kind: kind = "openai" for any server with OpenAI\'s protocol, or one of',
  ],
  [
    '[providers.anthropic]\napi = "chat"',
    'line 3: [providers.anthropic] api = "chat"',
    'A provider of kind anthropic has no "api": remove it. All but anthropic, kserve, ai-sdk have it.',
  ],
  [
    '[providers.groq]\nversion = "2023-06-01"',
    'line 3: [providers.groq] version = "2023-06-01"',
    'A provider of kind groq has no "version": remove it. Only kind anthropic has it.',
  ],
  ['[providers.x]\nkind = "env:K"\npackage = "p"', 'line 4: [providers.x] package = "p"', 'kind groq', { K: 'groq' }],
  ['[providers.anthropic]\ndimensions = 3', 'line 3: [providers.anthropic] dimensions = 3', 'no "dimensions"'],
  ['[providers.kserve]', 'line 2: [providers.kserve]', 'needs the address of its server: base_url = "http://'],
  [
    '[providers.t]\nkind = "kserve"\nbase_url = "http://h"\nheaders = { a = "b" }',
    'line 5: [providers.t.headers]',
    'no "headers"',
  ],
  [
    '[providers.g]\nkind = "ai-sdk"',
    'line 2: [providers.g]',
    'needs an installed package: package = "@ai-sdk/google".',
  ],
  [
    '[providers.g]\nkind = "ai-sdk"\npackage = "../evil.js"',
    'line 4: [providers.g] package = "../evil.js"',
    'must be the name of a package',
  ],
  [
    `${OWN}base_url = "host:80"`,
    'line 4: [providers.own] base_url = "host:80"',
    'must be an address such as "https://',
  ],
  [
    `${OWN}timeout = "60"`,
    'line 4: [providers.own] timeout = "60"',
    '"timeout" must be a time from "1ms" to "500h", such',
  ],
  [`${OWN}timeout = "0s"`, 'line 4: [providers.own] timeout = "0s"', '"timeout" must be a time'],
  // A timer of more days fires at once.
  [`${OWN}timeout = "600h"`, 'line 4: [providers.own] timeout = "600h"', '"timeout" must be a time'],
  [`${OWN}timeout = "env:T"`, 'line 4: [providers.own] timeout = "env:T"', '"timeout" must be a time', { T: 'env:T' }],
  [`${OWN}timeout = 60`, 'line 4: [providers.own] timeout = 60', '"timeout" must be a time'],
  [`${OWN}context_tokens = 1`, 'line 4: [providers.own] context_tokens = 1', 'a whole number from 256'],
  [`${OWN}price = { input = 1 }`, 'line 4: [providers.own.price]', 'must be a table with input and output.'],
  [
    `${OWN}price = { input = -1, output = 1 }`,
    'line 4: [providers.own.price] input = -1',
    'a number of dollars from 0',
  ],
  [`${OWN}headers = { a = 1 }`, 'line 4: [providers.own.headers]', '[providers.own.headers] must be a table of texts.'],
  [`${OWN}model = ["a"]`, 'line 4: [providers.own] model = ["…"]', 'did you mean "models"?'],
  ['[providers."a/b"]\nkind = "openai"', 'line 2: [providers."a/b"]', '"a/b" must consist of letters, digits,'],
  ['[providers."a b"]\nkind = "openai"', 'line 2: [providers."a b"]', '"a b" must consist of letters, digits,'],
  [
    '[providers.openai]\napi_key = "env:MY_KEY"',
    'line 3: [providers.openai] api_key = "env:MY_KEY"',
    'MY_KEY is not set. Set it, or remove the line: the key is then read from OPENAI_API_KEY, and only when one of its',
  ],
  [
    `${OWN}base_url = "http://h"\napi_key = "env:MY_KEY"`,
    'line 5: [providers.own] api_key = "env:MY_KEY"',
    'or remove the line: no key is sent then.',
  ],
  ...['ANTHROPIC_API_KEY', '$ANTHROPIC_API_KEY', '${ANTHROPIC_API_KEY}', 'env: ANTHROPIC_API_KEY'].map(
    (key): [string, string, string] => [
      `[providers.anthropic]\napi_key = "${key}"`,
      'line 3: [providers.anthropic] api_key = "…"',
      'sent as the key itself. Write "env:ANTHROPIC_API_KEY".',
    ],
  ),
  ['[router]\nretries = 11', 'line 3: [router] retries = 11', '"retries" must be a whole number from 0 to 10.'],
  ['[router.budget]\nday_usd = "5"', 'line 3: [router.budget] day_usd = "5"', '"day_usd" must be a number of dollars'],
  ['[router.budget]\nday_tokens = 1.5', 'line 3: [router.budget] day_tokens = 1.5', 'must be a whole number'],
  [
    '[router.cache]\nsimilar = 0.5',
    'line 3: [router.cache] similar = 0.5',
    '"similar" must be a number from 0.8 to 1.',
  ],
  [
    '[limits]\nstore = "redis"',
    'line 3: [limits] store = "redis"',
    'It needs its address: url = "redis://127.0.0.1:6379".',
  ],
  ['[limits]\nurl = "redis://h"', 'line 3: [limits] url = "redis://h"', 'write store = "redis" too, or remove it.'],
  [
    '[limits]\nstore = "redis"\nurl = "http://h"',
    'line 4: [limits] url = "http://h"',
    '"url" must be the address of a Redis, such as "redis://',
  ],
  [
    '[limits.models."a/b"]\nrequests_per_minute = 0',
    'line 3: [limits.models."a/b"] requests_per_minute = 0',
    'must be a whole number from 1 to',
  ],
  [
    '[engine.models."./models/gte"]\nkindd = "chat"',
    'line 3: [engine.models."./models/gte"] kindd = "chat"',
    '"kindd" is not a key of [engine.models."./models/gte"]; did you mean "kind"?',
  ],
])('%j is named with file, line, key and what to write', async (text, place, hint, env = {}) => {
  await expect(load(text, env)).rejects.toMatchObject({
    code: 'config_invalid',
    message: `config.toml ${place}`,
    hint: expect.stringContaining(hint) as unknown,
  })
})

it('a number that is too large to be whole is told of once', async () => {
  await expect(load('[engine.gguf]\nkv_disk_bytes = 1e30', {})).rejects.toMatchObject({ data: { mistakes: 1 } })
})

it('a table in which much is missing is told of once', async () => {
  await expect(load(`${OWN}price = {}`, {})).rejects.toMatchObject({ data: { mistakes: 1 } })
})

it.each([
  '[providers.vllm]\napi_key = "EMPTY"',
  '[providers.anthropic]\nversion = "2026-10-21"\nheaders = { a = "b" }\n[providers.ollama]\ndimensions = 768',
  '[providers.triton]\nkind = "kserve"\nbase_url = "http://127.0.0.1:8000"\ndimensions = 3',
  '[providers.g]\nkind = "ai-sdk"\npackage = "@ai-sdk/google"',
  '[providers.o]\nkind = "env:K"\napi = "responses"\n[limits]\nstore = "redis"\nurl = "env:URL"',
  '[limits]\nstore = "redis"\nurl = "unix:///run/redis.sock"\n[limits.models.x]\ntokens_per_minute = 1',
  '[limits]\nstore = "memory"\n[router]\ntimeout = "env:T"',
])('%j is right', async (text) => {
  await expect(load(text, { K: 'openai', URL: 'rediss://h:1/0', T: '1.5 m' })).resolves.toBeDefined()
})
