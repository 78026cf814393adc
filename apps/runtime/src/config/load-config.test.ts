import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import type { FlagValues } from './settings.ts'
import { SETTINGS } from './settings-table.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'rt-config-')))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const write = async (text: string, folder = ''): Promise<void> => {
  await mkdir(join(root, folder), { recursive: true })
  await writeFile(join(root, folder, 'config.toml'), text)
}

type Environment = Record<string, string>

const load = (flags: Partial<FlagValues> = {}, env: Environment = {}, cwd = root) => loadConfig(flags, { env, cwd })

/** Key, value and origin of a row, as short as it can be compared. */
const row = async (key: string, flags: Partial<FlagValues> = {}, env: Environment = {}) => {
  const { value, origin } = (await load(flags, env)).rows.find((one) => one.key === key)!
  return [value, origin.from === 'file' ? `line ${origin.line}` : 'name' in origin ? origin.name : origin.from]
}

describe('settings', () => {
  it('are the defaults without a file', async () => {
    expect(await load()).toMatchObject({
      settings: {
        chat: ['smollm2:135m'],
        embed: ['bge-small-en-v1.5'],
        aliases: {},
        memoryBudget: '75%',
        memoryWait: '30s',
        keepAlive: '5m',
        pinned: [],
        download: true,
        window: 1,
        retrieve: true,
        passages: 2,
        trace: true,
        server: { host: '127.0.0.1', port: undefined, allowedHosts: [], allowedOrigins: [], maxRequests: 256 },
      },
      file: undefined,
    })
  })

  it('come from every table of the file', async () => {
    await write(`rt = 1
[models]
chat = ["qwen3:1.7b", "smollm2:135m"]
embed = false
rerank = "bge-reranker-base"
fast = "smollm2:135m"
[engine]
threads = 3
context_tokens = 8192
memory_budget = "6GB"
memory_wait = "1m"
kv_budget = "512MB"
keep_alive = "forever"
pinned = ["fast"]
download = false
[engine.onnx]
providers = ["cuda", "cpu"]
device_id = 1
threads = 2
tensorrt_cache = "/var/cache/engines"
[engine.gguf]
threads = 6
speculation = false
[engine.models."./models/gte"]
kind = "embed"
pooling = "last"
dimensions = 256
query_prefix = "query: "
[chat]
system = "Be brief."
[memory]
window = "60%"
retrieve = false
passages = 4
[tools]
allow = ["now"]
[tools.select]
above = 50
k = 12
always = ["now"]
[server]
host = "0.0.0.0"
port = 8080
allowed_hosts = ["rt.example.org"]
allowed_origins = ["https://app.example.org"]
max_requests = 12
[observe]
trace = false
[vector]
store = "qdrant"
url = "http://127.0.0.1:6333"
api_key = "k"
index = "hnsw"
recall = "95%"
[vector.collections.products]
tokenizer = "trigram"
ttl = "1h"
recall = 0.9
`)
    // Named: one that was found would be asked about.
    const { settings, file } = await loadConfig({}, { env: {}, cwd: root, config: 'config.toml' })
    expect(settings).toEqual({
      chat: ['qwen3:1.7b', 'smollm2:135m'],
      embed: false,
      rerank: ['bge-reranker-base'],
      aliases: { fast: ['smollm2:135m'] },
      threads: 3,
      contextTokens: 8192,
      memoryBudget: '6GB',
      memoryWait: '1m',
      kvBudget: '512MB',
      keepAlive: 'forever',
      pinned: ['fast'],
      download: false,
      guards: {},
      engine: {
        onnx: { providers: ['cuda', 'cpu'], deviceId: 1, threads: 2, tensorrtCache: '/var/cache/engines' },
        gguf: { threads: 6, speculation: false },
        models: { './models/gte': { kind: 'embed', pooling: 'last', dimensions: 256, queryPrefix: 'query: ' } },
      },
      system: 'Be brief.',
      window: 0.6,
      retrieve: false,
      passages: 4,
      tools: ['now'],
      mcp: {},
      toolSelect: { above: 50, k: 12, always: ['now'] },
      toolSettings: {},
      trace: false,
      vector: {
        store: 'qdrant',
        url: 'http://127.0.0.1:6333',
        apiKey: 'k',
        index: 'hnsw',
        recall: 0.95,
        collections: { products: { tokenizer: 'trigram', ttl: 3_600_000, recall: 0.9 } },
      },
      server: {
        host: '0.0.0.0',
        port: 8080,
        allowedHosts: ['rt.example.org'],
        allowedOrigins: ['https://app.example.org'],
        maxRequests: 12,
      },
      providers: {},
      router: {},
      limits: {},
    })
    expect(file).toBe(join(root, 'config.toml'))
  })

  it('are taken from the flag, else the variable, else the file, else the default', async () => {
    expect(await row('server.port', { port: 1 }, { RT_PORT: '2' })).toEqual([1, '--port'])
    expect(await row('server.port', {}, { RT_PORT: '2' })).toEqual([2, 'RT_PORT'])
    await write('rt = 1\n\n[server]\nport = 3\n')
    expect(await row('server.port', { port: 1 }, { RT_PORT: '2' })).toEqual([1, '--port'])
    expect(await row('server.port', {}, { RT_PORT: '2' })).toEqual([2, 'RT_PORT'])
    expect(await row('server.port', {}, { RT_PORT: '' })).toEqual([3, 'line 4'])
    expect(await row('server.host')).toEqual(['127.0.0.1', 'default'])
    expect(await row('engine.threads', { threads: 2 })).toEqual([2, 'threads'])
  })

  it('without a value say what happens', async () => {
    const { rows } = await load()
    const silent = rows.filter(({ value, otherwise }) => value === undefined && !otherwise)
    expect(silent).toEqual([])
  })
})

describe('variables', () => {
  it.each<[string, string, unknown]>([
    ['RT_CHAT', 'a:1b, b:2b', ['a:1b', 'b:2b']],
    ['RT_EMBED', 'false', false],
    ['RT_EMBED', 'none', false],
    ['RT_EMBED', 'all-minilm', ['all-minilm']],
    ['RT_THREADS', ' 4 ', 4],
    ['RT_CONTEXT_TOKENS', '2048', 2048],
    ['RT_DOWNLOAD', '0', false],
    ['RT_SYSTEM', ' Be brief. ', ' Be brief. '],
    ['RT_WINDOW', '50%', 0.5],
    ['RT_WINDOW', '0.5', 0.5],
    ['RT_RETRIEVE', 'no', false],
    ['RT_PASSAGES', '5', 5],
    ['RT_TOOLS', 'now,calculator', ['now', 'calculator']],
    ['RT_TOOLS', 'none', []],
    ['RT_TRACE', 'FALSE', false],
    ['RT_HOST', '::1', '::1'],
    ['RT_PORT', '0', 0],
    ['RT_ALLOWED_HOSTS', 'a.example,[::1]', ['a.example', '[::1]']],
    ['RT_ALLOWED_ORIGINS', 'https://a.example:8080', ['https://a.example:8080']],
  ])('%s=%s', async (name, text, value) => {
    const { key } = SETTINGS.find(({ variable }) => variable === name)!
    expect(await row(key, {}, { [name]: text })).toEqual([value, name])
  })

  it.each([
    ['RT_CHAT', ' , '],
    ['RT_THREADS', '0'],
    ['RT_THREADS', 'four'],
    ['RT_THREADS', '1.5'],
    ['RT_CONTEXT_TOKENS', '-1'],
    ['RT_DOWNLOAD', 'maybe'],
    ['RT_WINDOW', '101%'],
    ['RT_WINDOW', '75'],
    ['RT_PASSAGES', '0'],
    ['RT_HOST', 'http://x'],
    ['RT_PORT', '65536'],
    ['RT_PORT', '0x50'],
    ['RT_ALLOWED_HOSTS', 'https://a.example'],
    ['RT_ALLOWED_HOSTS', 'a.example:80'],
    ['RT_ALLOWED_ORIGINS', 'a.example'],
  ])('%s=%s is refused by its name', async (name, text) => {
    await expect(load({}, { [name]: text })).rejects.toMatchObject({
      code: 'config_invalid',
      message: `${name} is "${text}".`,
      hint: expect.stringMatching(/^It must be .+\.$/),
    })
  })

  it('without a key of the file are shown, a key of the server only as set', async () => {
    const env = { RT_DATA: '/data', RT_MODELS: '/models', RT_API_KEY: 'canary-key' }
    expect(await row('data', {}, env)).toEqual(['/data', 'RT_DATA'])
    expect(await row('models_folder', {}, env)).toEqual(['/models', 'RT_MODELS'])
    expect(await row('api_key', {}, env)).toEqual(['set', 'RT_API_KEY'])
    expect(await row('api_key')).toEqual([undefined, 'default'])
  })
})

describe('flags', () => {
  it.each<[Partial<FlagValues>, string]>([
    [{ port: 70_000 }, '--port is 70000.'],
    [{ chat: [] }, '--model is [].'],
    [{ threads: 1.5 }, 'threads is 1.5.'],
    [{ allowedHosts: ['http://x'] }, 'allowedHosts is ["http://x"].'],
  ])('%j is refused by its name', async (flags, message) => {
    await expect(load(flags)).rejects.toMatchObject({ code: 'config_invalid', message })
  })
})

describe('the file', () => {
  it('is the nearest that says rt = 1 above its first table; others are ignored', async () => {
    await write('rt = 1\n[server]\nport = 5\n')
    await write('[server]\nport = 6\n', 'a')
    await write('[other]\nrt = 1\nport = 7\n', 'a/b')
    expect((await load({}, {}, join(root, 'a/b'))).settings.server.port).toBe(5)
    await write('"rt" = 1 # ours\n[server]\nport = 8\n', 'a')
    expect((await load({}, {}, join(root, 'a/b'))).settings.server.port).toBe(8)
  })

  it('is the one that is named, by flag or RT_CONFIG, or none', async () => {
    await write('rt = 1\n[server]\nport = 5\n')
    await writeFile(join(root, 'other.toml'), 'rt = 1\n[server]\nport = 6\n')
    const port = async (env: Environment, config?: string | false) =>
      (await loadConfig({}, { env, cwd: root, config })).settings.server.port
    expect(await port({})).toBe(5)
    expect(await port({ RT_CONFIG: 'other.toml' })).toBe(6)
    expect(await port({ RT_CONFIG: 'none' }, 'other.toml')).toBe(6)
    expect(await port({ RT_CONFIG: 'none' })).toBeUndefined()
    expect(await port({ RT_CONFIG: '' })).toBeUndefined()
    expect(await port({ RT_CONFIG: 'other.toml' }, false)).toBeUndefined()
  })

  it.each([
    ['missing.toml', {}, '--config names missing.toml: there is no such file.'],
    [undefined, { RT_CONFIG: 'missing.toml' }, 'RT_CONFIG names missing.toml: there is no such file.'],
    ['.', {}, '--config names .: it is not a file.'],
  ])('%s %j must exist', async (config, env, message) => {
    await expect(loadConfig({}, { env, cwd: root, config })).rejects.toMatchObject({ code: 'config_invalid', message })
  })

  it('that is named without rt = 1 is an error', async () => {
    await write('[server]\nport = 6\n')
    await expect(loadConfig({}, { env: {}, cwd: root, config: 'config.toml' })).rejects.toMatchObject({
      message: 'config.toml line 1: rt = 1 is missing',
    })
  })

  it('is named from where the person is', async () => {
    await write('rt = 1\nprot = 1\n')
    await mkdir(join(root, 'a'))
    await expect(load({}, {}, join(root, 'a'))).rejects.toMatchObject({
      message: expect.stringMatching(/^\.\.[/\\]config\.toml line 2: /),
    })
  })
})

it('takes env:NAME from the environment and shows the name only', async () => {
  await write('rt = 1\n[models]\nchat = ["env:MODEL", "smollm2:135m"]\n[chat]\nsystem = "env:PROMPT"\n')
  const env = { MODEL: 'canary:1b', PROMPT: 'canary text' }
  const { settings, rows } = await load({}, env)
  expect(settings).toMatchObject({ chat: ['canary:1b', 'smollm2:135m'], system: 'canary text' })
  expect(JSON.stringify(rows)).not.toContain('canary')
  expect(await row('models.chat', {}, env)).toEqual([['env:MODEL', 'smollm2:135m'], 'line 3'])
  expect(await row('chat.system', {}, env)).toEqual(['env:PROMPT', 'line 5'])
})
