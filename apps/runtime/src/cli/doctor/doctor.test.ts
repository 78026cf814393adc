import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { acquireOwner, openDatabase } from '@rt/node/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import { createKeyStore } from '../../keys/key-store.ts'
import type { Finding } from './check.ts'
import { parseCpuInfo } from './checks/cpu.ts'
import type { SectionReport } from './run-checks.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder.path, 'project'))
})
afterEach(() => folder[Symbol.asyncDispose]())

const run = (args: string[], env: Record<string, string> = {}): ReturnType<typeof runCommand> =>
  // The limit of a check is the user's patience, not the machine's pace under a load of tests.
  runCommand(['doctor', '--limit', '60', ...args], {
    cwd: join(folder.path, 'project'),
    env: {
      HOME: folder.path,
      XDG_CACHE_HOME: join(folder.path, 'cache'),
      RT_MODELS: join(folder.path, 'models'),
      RT_DATA: join(folder.path, 'data'),
      ...env,
    },
  })

const look = async (env?: Record<string, string>): Promise<{ code: unknown; found: Record<string, Finding> }> => {
  const { code, stdout, stderr } = await run(['--json'], env)
  expect(stderr).toBe('')
  const { sections } = JSON.parse(stdout) as { sections: SectionReport[] }
  const findings = sections.flatMap((section) => section.findings)
  return { code, found: Object.fromEntries(findings.map((finding) => [finding.name, finding])) }
}

/** A data file with a key in it. */
const makeData = async (): Promise<string> => {
  const path = join(folder.path, 'data/rt.db')
  await mkdir(join(folder.path, 'data'), { recursive: true })
  await using database = await openDatabase({ path })
  await createKeyStore({ database }).create({ name: 'ci', scope: 'admin' })
  return path
}

it('shows one screen, nothing red, on an empty machine', async () => {
  const { code, stdout, stderr } = await run([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of [
    'node',
    'platform',
    'cpu',
    'memory',
    'gpu',
    'gguf',
    'onnx',
    'database',
    'config',
    'keys',
    'network',
    'providers',
  ])
    expect(stdout).toMatch(new RegExp(`^ {3}(ok|!) +${name} `, 'm'))
  expect(stdout).toMatch(
    /! +chat model +smollm2:135m is not here yet \(98 MB\): fetched when it is first needed\n +→ rt pull/,
  )
  expect(stdout.split('\n').length).toBeLessThan(45)
})

it('changes nothing: no folder is made, no byte of the data is written', async () => {
  await look()
  expect(await readdir(folder.path)).not.toContain('data')
  const path = await makeData()
  const before = await readFile(path)
  const { found } = await look()
  expect(found['keys']?.detail).toBe('1 key, 1 of scope admin')
  expect(found['database']?.detail).toMatch(/^whole: /)
  expect((await readFile(path)).equals(before)).toBe(true)
  // What SQLite reads a file with, and leaves: an index of the log, and the log, without anything in it.
  const beside = (await readdir(join(folder.path, 'data'))).filter((name) => !['rt.db', 'rt.db-shm'].includes(name))
  for (const name of beside)
    expect([name, (await stat(join(folder.path, 'data', name))).size]).toEqual(['rt.db-wal', 0])
})

it('prints no secret: of the environment, of config.toml, of the lock, of a key', async () => {
  await makeData()
  const canaries = [
    'canary-openai-1',
    'canary-rt-2',
    'canary-hub-3',
    'canary-proxy-4',
    'canary-file-5',
    'canary-header-6',
  ]
  await writeFile(
    join(folder.path, 'project/config.toml'),
    `rt = 1\n[providers.x]\napi_key = "${canaries[4]}"\n[server]\nauth_token = "${canaries[5]}"\nport = "wrong"\n`,
  )
  await using owner = await acquireOwner({ folder: join(folder.path, 'data') })
  const env = {
    OPENAI_API_KEY: canaries[0]!,
    RT_API_KEY: canaries[1]!,
    HF_TOKEN: canaries[2]!,
    HTTPS_PROXY: `http://user:${canaries[3]}@127.0.0.1:9`,
  }
  for (const args of [[], ['--json'], ['--debug']]) {
    const { code, stdout, stderr } = await run(args, env)
    expect(code).toBe(1)
    for (const canary of [...canaries, owner.info.token]) expect(stdout + stderr).not.toContain(canary)
  }
  expect((await look(env)).found['keys']?.detail).toContain('RT_API_KEY is set')
})

it('tells of a config.toml here that is not read', async () => {
  await writeFile(join(folder.path, 'project/config.toml'), 'title = "a site"\n')
  expect((await look()).found['config']).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining(
      './config.toml is here but is not read: it does not say rt = 1 above its first table.',
    ) as unknown,
  })
})

it('warns of a name in pinned that nothing has, and of a budget no default model fits into', async () => {
  const { found } = await look({ RT_PINNED: 'smollm2:latest,smolm2', RT_MEMORY_BUDGET: '10MB' })
  expect(found['pinned']).toMatchObject({ state: 'warning', detail: expect.stringContaining('"smolm2"') as unknown })
  expect(found['memory']).toMatchObject({ state: 'warning', detail: expect.stringContaining('10 MB') as unknown })
  expect((await look({ RT_PINNED: 'SmolLM2:135M' })).found['pinned']).toBeUndefined()
})

it('warns of a model of [engine.models] that nothing is called', async () => {
  const file = join(folder.path, 'project/config.toml')
  await writeFile(file, 'rt = 1\n[engine.models."gte-smal"]\npooling = "mean"\n')
  const { found } = await look({ RT_CONFIG: file })
  expect(found['engine.models']).toMatchObject({
    state: 'warning',
    fix: expect.stringContaining('gte-small') as unknown,
  })
  await writeFile(
    file,
    'rt = 1\n[engine.models."gte-small"]\npooling = "mean"\n[engine.models."./a/b"]\nkind = "chat"\n',
  )
  expect((await look({ RT_CONFIG: file })).found['engine.models']).toBeUndefined()
})

describe('is red, with a fix and exit code 1, for', () => {
  it('a config.toml that is wrong, naming the line', async () => {
    await writeFile(join(folder.path, 'project/config.toml'), 'rt = 1\n[server]\nprot = 4141\n')
    const { code, found } = await look()
    expect(code).toBe(1)
    expect(found['config']).toMatchObject({ state: 'red', detail: expect.stringContaining('line 3') })
    expect(found['config']?.fix).toContain('port')
  })

  it('a damaged data file', async () => {
    const path = await makeData()
    await writeFile(path, 'this was a database once. '.repeat(1000))
    const { code, found } = await look()
    expect(code).toBe(1)
    expect(found['database']).toMatchObject({ state: 'red', fix: expect.stringContaining('rt restore FILE') })
  })

  it('a models folder that is a file', async () => {
    await writeFile(join(folder.path, 'models'), '')
    const { code, found } = await look()
    expect(code).toBe(1)
    expect(found['models folder']).toMatchObject({ state: 'red', fix: expect.stringContaining('RT_MODELS') })
  })

  it('a default model that is missing and may not be fetched', async () => {
    const { code, found } = await look({ RT_DOWNLOAD: 'false' })
    expect(code).toBe(1)
    expect(found['chat model']).toMatchObject({ state: 'red', fix: 'rt pull smollm2:135m' })
  })

  it('a model nobody knows', async () => {
    const { code, found } = await look({ RT_CHAT: 'smolm2:135m' })
    expect(code).toBe(1)
    expect(found['chat model']).toMatchObject({ state: 'red', fix: expect.stringContaining('smollm2:135m') })
  })
})

describe('of remote services, it tells', () => {
  it('which variable has the key of a default, or is not set', async () => {
    const { code, found } = await look({
      RT_CHAT: 'anthropic/claude-x',
      RT_EMBED: 'openai/embed-y',
      OPENAI_API_KEY: 'canary',
    })
    expect(code).toBe(1)
    expect(found['provider anthropic']).toEqual({
      name: 'provider anthropic',
      state: 'warning',
      detail: 'https://api.anthropic.com, asked for anthropic/claude-x: it has no key',
      fix: 'Set ANTHROPIC_API_KEY to its key',
    })
    expect(found['chat model']).toMatchObject({ state: 'red', fix: 'Set ANTHROPIC_API_KEY to its key' })
    expect(found['provider openai']).toMatchObject({
      state: 'ok',
      detail: 'https://api.openai.com/v1, key from OPENAI_API_KEY, asked for openai/embed-y',
    })
    expect(found['embedder']).toMatchObject({ state: 'ok', detail: 'openai/embed-y, of openai' })
    expect(found['network']?.detail).toMatch(/^needed for models of anthropic, openai; beside them only rt pull/)
  })

  it('what will be fetched first, for it is listed before them', async () => {
    const list = { RT_CHAT: 'smollm2:135m,openai/gpt-5', OPENAI_API_KEY: 'k' }
    expect((await look(list)).found['chat model']).toEqual({
      name: 'chat model',
      state: 'warning',
      detail: 'smollm2:135m is not here yet (98 MB): fetched when it is first needed; then openai/gpt-5, of openai',
      fix: 'rt pull smollm2:135m',
    })
    expect((await look({ ...list, RT_DOWNLOAD: 'false' })).found['chat model']).toMatchObject({
      state: 'ok',
      detail: 'openai/gpt-5, of openai',
    })
  })

  it('names what stands in a list and is no model, and an embedder that is none', async () => {
    const { found } = await look({
      RT_CHAT: 'claude-sonnet-4-5,openai/gpt-5',
      OPENAI_API_KEY: 'k',
      RT_EMBED: 'anthropic/claude-haiku-4-5,bge-small-en-v1.5',
    })
    expect(found['chat model']).toMatchObject({
      state: 'warning',
      detail: 'openai/gpt-5, of openai; no model is called "claude-sonnet-4-5".',
      fix: expect.stringContaining('Did you mean anthropic/claude-sonnet-4-5?'),
    })
    expect(found['embedder']).toMatchObject({ state: 'red', detail: expect.stringContaining('no embedding models') })
    const keyless = await look({ RT_EMBED: 'openai/embed-y,bge-small-en-v1.5' })
    expect(keyless.found['embedder']).toMatchObject({ state: 'red', fix: 'Set OPENAI_API_KEY to its key' })
  })

  it('where those of config.toml are, and what they lack', async () => {
    const text = `rt = 1
[models]
chat = ["anthropic/claude-x", "mine/a"]
fast = "groq/b"
[providers.mine]
kind = "openai"
base_url = "http://user:canary-1@127.0.0.1:8000/v1"
api_key = "env:MINE"
[providers.written]
kind = "anthropic"
api_key = "canary-2"
[providers.claude]
kind = "anthropic"
base_url = "https://claude.example"
[providers.google]
kind = "ai-sdk"
package = "@ai-sdk/not-there"
[providers.ollama]
[limits]
store = "redis"
url = "redis://:canary-3@127.0.0.1:6379"
`
    await writeFile(join(folder.path, 'project/config.toml'), text)
    const { code, stdout } = await run(['--config', 'config.toml'], { MINE: 'canary-4' })
    // The parts of this file that need trust are not looked at before they have it.
    expect({ code, mentions: stdout.includes('provider mine') }).toEqual({ code: 1, mentions: false })
    await runCommand(['config', '--config', 'config.toml', '--trust'], {
      cwd: join(folder.path, 'project'),
      env: { HOME: folder.path, MINE: 'canary-4' },
    })
    const { found } = await look({ RT_CONFIG: 'config.toml', MINE: 'canary-4', OLLAMA_BASE_URL: 'http://10.0.0.9/v1' })
    const detail = (name: string): string => `${found[name]?.state} ${found[name]?.detail} ${found[name]?.fix ?? ''}`
    // The first has no key and is passed over.
    expect(detail('chat model')).toBe('ok mine/a, of mine ')
    expect(detail('provider mine')).toBe('ok http://…@127.0.0.1:8000/v1, key from MINE, asked for mine/a ')
    expect(detail('provider written')).toContain('ok https://api.anthropic.com, key from config.toml, asked when')
    expect(detail('provider claude')).toMatch(/^warning https:.* it has no key Set api_key of \[providers.claude\]/)
    expect(detail('provider google')).toMatch(/^warning package .* not installed here npm install @ai-sdk\/not-there$/)
    expect(detail('provider ollama')).toContain('ok http://10.0.0.9/v1, without a key, asked when')
    expect(detail('provider groq')).toMatch(/^warning .* Set GROQ_API_KEY to its key$/)
    expect(detail('redis')).toMatch(/^ok limits are kept in redis:\/\/…@127.0.0.1:6379, package redis \d/)
    expect(found['network']?.detail).toMatch(/^needed for models of written, claude, google, ollama, anthropic, groq;/)
    expect(JSON.stringify(found)).not.toContain('canary')
  })
})

describe('of the port, it tells', () => {
  const listening = (server: Server): Promise<number> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)))

  it('that another program has it', async () => {
    // Whoever looks hangs up at once.
    const server = createServer((socket) => socket.on('error', () => {}).end('hello\r\n'))
    const port = await listening(server)
    const { code, found } = await look({ RT_PORT: String(port) })
    server.close()
    expect(code).toBe(0)
    expect(found[`port ${port}`]).toMatchObject({ state: 'warning', detail: 'used by another program' })
    expect((await look({ RT_PORT: String(port) })).found[`port ${port}`]).toMatchObject({ state: 'ok', detail: 'free' })
  })

  it('that the rt of this data folder has it', async () => {
    await mkdir(join(folder.path, 'data'))
    await using owner = await acquireOwner({ folder: join(folder.path, 'data'), address: 'http://127.0.0.1:4321' })
    const { found } = await look({ RT_PORT: '4321' })
    expect(found['port 4321']?.detail).toBe(`used by the rt of this data folder, process ${owner.info.pid}`)
    expect(found['in use by']?.detail).toContain('at http://127.0.0.1:4321')
  })
})

it('reads the features of processors of both kinds', () => {
  expect(parseCpuInfo('processor\t: 0\nflags\t\t: fpu avx2 fma\nbugs: x\n')).toEqual(new Set(['fpu', 'avx2', 'fma']))
  expect(parseCpuInfo('processor\t: 0\nFeatures\t: fp asimd bf16\n')).toEqual(new Set(['fp', 'asimd', 'bf16']))
  expect(parseCpuInfo('')).toEqual(new Set())
})
