import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import { parse } from 'smol-toml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import { locateKeys } from './locate-keys.ts'
import { checkTrust } from './trust.ts'
import { type TrustedPart, trustedParts } from './trusted-parts.ts'

let root: string
let trustFolder: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'rt-trust-')))
  trustFolder = join(root, 'of the user', 'trusted')
})
afterEach(() => rm(root, { recursive: true, force: true }))

interface Person {
  answer?: boolean
  trust?: boolean
  folder?: string
  /** Names the file; otherwise it is found. */
  named?: boolean
  env?: Record<string, string>
}

/** Loads a file and tells how it ended, with the question a person was asked. */
const load = async (text: string, { answer, trust, folder = root, named, env = {} }: Person = {}) => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.toml'), text)
  const asked: string[] = []
  const ask = async (question: string): Promise<boolean> => {
    asked.push(question)
    return answer === true
  }
  const error: unknown = await loadConfig(
    {},
    // A terminal of whoever runs the tests must not be asked.
    {
      env,
      cwd: folder,
      config: named ? 'config.toml' : undefined,
      trustFolder,
      trust,
      ask: answer === undefined ? undefined : ask,
    },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { asked, code: RtError.isInstance(error) ? error.code : error, error: error as RtError }
}

const ORIGIN = 'rt = 1\n[server]\nallowed_origins = ["https://evil.example"]\n'

describe('a file that was found needs trust', () => {
  it.each<[string, string, string]>([
    ['[server]\nhost = "0.0.0.0"', 'line 3: [server] host would let other machines reach the server, on 0.0.0.0', ''],
    [
      '[server]\nallowed_hosts = ["evil.example", "b"]',
      'line 3: [server] allowed_hosts would let the server answer as evil.example, b',
      '',
    ],
    [
      '[server]\nallowed_origins = ["https://evil.example"]\nhost = "::"',
      'line 3: [server] allowed_origins would let web pages of https://evil.example call the server',
      'Line 4: [server] host would let other machines reach the server, on ::.',
    ],
    [
      '[models]\nchat = ["smollm2:135m", "hf:evil/repo/model.gguf"]',
      'line 3: [models] chat would load a model of its own choice: hf:evil/repo/model.gguf',
      '',
    ],
    [
      '[models]\nembed = "https://u:canary@evil.example/m.gguf"',
      'line 3: [models] embed would load a model of its own choice: https://…@evil.example/m.gguf',
      '',
    ],
    [
      '[engine.onnx]\ntensorrt_cache = "/tmp/theirs"',
      'line 3: [engine.onnx] tensorrt_cache would run what TensorRT built in /tmp/theirs',
      '',
    ],
    [
      '[vector]\nstore = "qdrant"\nurl = "https://evil.example"',
      'line 2: [vector] would keep documents, and what is searched for, in https://evil.example',
      '',
    ],
    [
      '[vector]\nstore = "pgvector"\nurl = "postgres://u:canary@localhost/x?host=evil.example"',
      'line 2: [vector] would keep documents, and what is searched for, in postgres://…@localhost/x?host=evil.example',
      '',
    ],
    [
      '[vector]\nstore = "lancedb"\nurl = "../theirs"',
      'line 2: [vector] would keep documents, and what is searched for, in ../theirs',
      '',
    ],
    ['[models]\nfast = "./m.gguf"', 'line 3: [models] fast would load a model of its own choice: ./m.gguf', ''],
    ['[models]\nfast = "m.gguf"', 'line 3: [models] fast would load a model of its own choice: m.gguf', ''],
  ])('%j', async (text, place, others) => {
    const { code, error } = await load(`rt = 1\n${text}\n`)
    expect(code).toBe('forbidden')
    expect(error.message).toBe(`config.toml ${place}, and you have not trusted this file.`)
    expect(error.hint).toContain(others)
    expect(error.hint).toMatch(/--trust.*--config/)
    expect(`${error.message}${error.hint}`).not.toContain('canary')
    expect((await load(`rt = 1\n${text}\n`, { named: true })).code).toBeUndefined()
  })

  it('for what a variable of the environment makes of it', async () => {
    const text = 'rt = 1\n[server]\nhost = "env:H"\n[models]\nfast = ["env:M"]\n'
    expect((await load(text, { env: { H: '127.0.0.1', M: 'smollm2:135m' } })).code).toBeUndefined()
    const { error } = await load(text, { env: { H: '10.1.1.1', M: 'hf:canary/repo/m.gguf' } })
    expect(error.message).toContain('on env:H')
    expect(error.hint).toContain('choice: env:M')
    expect(`${error.message}${error.hint}`).not.toContain('canary')
  })

  it.each([
    '[server]\nhost = "127.0.0.1"\nport = 80\nallowed_hosts = []\nallowed_origins = []',
    '[server]\nhost = "localhost"\n[models]\nchat = ["smollm2:135m", "qwen2.5-coder:1.5b"]\nembed = false\nmine = "mine:v2"',
    '[vector]\nstore = "lancedb"\nurl = "lance"',
    '[vector]\nstore = "qdrant"\nurl = "http://127.0.0.1:6333"',
    '[chat]\nsystem = "Be brief."\n[tools]\nallow = ["now"]\n[observe]\ntrace = false',
  ])('but not for %j', async (text) => {
    expect(await load(`rt = 1\n${text}\n`, { answer: true })).toMatchObject({ asked: [], code: undefined })
  })

  it('only when it is right: mistakes come first', async () => {
    expect((await load(`${ORIGIN}[servr]\n`, { answer: true })).asked).toEqual([])
  })

  it('for every name that the catalog does not take for one of its own', () => {
    const catalog = createCatalog()
    const names = ['a', 'a/b', 'a:1', 'a/b/c:d', 'hf:x', 'hf:a/b/c.gguf', 'https://h/c.gguf', './a', '/a', 'a.gguf']
    for (const name of names) {
      const raw = { models: { chat: name } }
      const parts = trustedParts(raw, locateKeys(''), { resolved: raw, found: true })
      const entry = catalog.find(name, { references: true })
      if (entry) expect([name, parts.length]).toEqual([name, 1])
    }
  })
})

describe('parts that this version cannot run yet', () => {
  const parts = (text: string): TrustedPart[] => {
    const raw = parse(text)
    return trustedParts(raw, locateKeys(text), { resolved: raw, found: false })
  }

  it.each<[string, string[]]>([
    ['[mcp.a]\ncommand = ["npx", "-y", "x y"]', ['1 [mcp.a]: run npx -y "x y"']],
    ['[mcp.a]\ncommand = ["x"]\nenv = { T = "env:TOKEN" }', ['1 [mcp.a]: run x, with your TOKEN']],
    ['[tools]\nallow = ["now", "shell"]', ['2 [tools] allow: let models run commands']],
    ['[tools.shell]\nenv = ["TOKEN"]', ['1 [tools.shell]: show commands of models your TOKEN']],
    ['[tools.roots]\nall = "/"\nhome = ".."', ['1 [tools.roots]: let models use the folders /, ..']],
    ['[tools.fetch]\nhosts = ["*"]\nprivate_hosts = ["nas"]', ['1 [tools.fetch]: let models ask *, nas']],
    ['[tools.sql]\nfile = "/var/shop.db"', ['1 [tools.sql]: let models read /var/shop.db']],
    [
      '[tools.rules]\nshell = "allow"\n"mcp:*" = "allow"\nnow = "deny"',
      ['1 [tools.rules]: let shell, mcp:* run without asking'],
    ],
    ['[tools]\nallow = ["now"]\n[tools.rules]\nnow = "ask"\n[tools.roots]\n[tools.fetch]\n', []],
    [
      '[mcp.a]\nurl = "https://evil.example"\nheaders = { Authorization = "env:TOKEN" }',
      ['1 [mcp.a]: send TOKEN to https://evil.example'],
    ],
    [
      '[mcp.a]\ncommand = ["x"]\n[tools]\nallow = ["shell"]',
      ['1 [mcp.a]: run x', '4 [tools] allow: let models run commands'],
    ],
    ['[observe]\notlp = "env:OTEL_EXPORTER_OTLP_ENDPOINT"', []],
    ['[vector]\nurl = "x"', []],
    [
      '[vector]\nstore = "qdrant"\nurl = "http://127.0.0.1:6333"\napi_key = "env:AWS_SECRET"',
      ['1 [vector]: send AWS_SECRET to http://127.0.0.1:6333'],
    ],
  ])('will need trust, wherever the file is: %j', (text, expected) => {
    expect(parts(text).map(({ line, where, does }) => `${line} ${where}: ${does}`)).toEqual(expected)
  })

  it('are refused without a question, and a trust for them is not kept', async () => {
    for (const text of [
      '[state]\nstore = "postgres"\nurl = "postgres://x.example"',
      '[observe]\notlp = "https://x.example"',
    ]) {
      expect(await load(`${ORIGIN}${text}\n`, { answer: true })).toMatchObject({ asked: [], code: 'unsupported' })
      expect((await load(`${ORIGIN}${text}\n`, { trust: true })).code).toBe('unsupported')
    }
    expect(existsSync(trustFolder)).toBe(false)
  })

  it('of the built-in tools are asked about once, by what they say', async () => {
    const text = `${ORIGIN}[tools]\nallow = ["read_file"]\n[tools.roots]\ndocs = "./docs"\n`
    expect(await load(text)).toMatchObject({ code: 'forbidden' })
    expect((await load(text, { answer: true })).asked).toHaveLength(1)
    expect(await load(text)).toMatchObject({ asked: [], code: undefined })
    expect(await load(text.replace('./docs', '/'))).toMatchObject({ code: 'forbidden' })
  })

  it('are asked for without letting the file write to the terminal', async () => {
    const [part] = parts('["mcp"."a\\u001b[2J"]\ncommand = ["x\\u001b[1A\\u202e"]\n')
    const file = join(root, 'config.toml')
    await writeFile(file, '')
    const asked: string[] = []
    const ask = async (question: string): Promise<boolean> => {
      asked.push(question)
      return false
    }
    await expect(checkTrust(file, 'config.toml', [part!], { ask, trustFolder })).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(asked.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(asked[0]).toContain('u001b[1A')
  })
})

describe('of providers and limits', () => {
  const ENV = {
    ANTHROPIC_API_KEY: 'canary-1',
    MY_TOKEN: 'canary-2',
    PLACE: 'http://canary-3.example/',
    HERE: 'http://[::1]:1',
  }
  const GOOGLE = '[providers.g]\nkind = "ai-sdk"\npackage = "@ai-sdk/google"'
  const named: [string, string][] = [
    [
      '[providers.a]\nkind = "anthropic"\nbase_url = "https://u:canary@evil.example"\napi_key = "env:ANTHROPIC_API_KEY"',
      '[providers.a] would send ANTHROPIC_API_KEY to https://…@evil.example',
    ],
    // Another user of the machine may listen there.
    [
      '[providers.vllm]\nbase_url = "http://127.0.0.1:8000/v1"\napi_key = "env:MY_TOKEN"',
      '[providers.vllm] would send MY_TOKEN to http://127.0.0.1:8000/v1',
    ],
    [
      '[providers.vllm]\nbase_url = "env:HERE"\nheaders = { X = "env:MY_TOKEN" }',
      '[providers.vllm] would send MY_TOKEN to env:HERE',
    ],
    ['[providers.openai]\napi_key = "env:MY_TOKEN"', '[providers.openai] would send your MY_TOKEN to openai'],
    [
      '[providers.openai]\nheaders = { A = "env:ANTHROPIC_API_KEY" }',
      '[providers.openai] would send your ANTHROPIC_API_KEY to openai',
    ],
    [
      '[providers.anthropic]\nkind = "openai"\napi_key = "env:ANTHROPIC_API_KEY"',
      '[providers.anthropic] would send your ANTHROPIC_API_KEY to openai',
    ],
    [GOOGLE, '[providers.g] would run the package @ai-sdk/google'],
    [`${GOOGLE}\napi_key = "env:MY_TOKEN"`, '[providers.g] would run the package @ai-sdk/google, with your MY_TOKEN'],
    [
      `${GOOGLE}\nbase_url = "https://u:canary@evil.example"`,
      '[providers.g] would run the package @ai-sdk/google, sending to https://…@evil.example',
    ],
  ]
  it.each(named)('%j needs trust, also in a file that was named', async (text, does) => {
    for (const isNamed of [true, false]) {
      const { code, error } = await load(`rt = 1\n${text}\n`, { env: ENV, named: isNamed })
      expect(code).toBe('forbidden')
      expect(error.message).toContain(`config.toml line 2: ${does}, and you have not trusted`)
      expect(`${error.message}${error.hint}`).not.toContain('canary')
    }
  })

  it.each<[string, string]>([
    [
      '[providers.a]\nkind = "openai"\nbase_url = "https://u:canary@evil.example/v1"',
      '[providers.a] would send conversations to https://…@evil.example/v1',
    ],
    [
      '[providers.openai]\nbase_url = "http://127.0.0.1.evil.example"',
      '[providers.openai] would send conversations to http://127.0.0.1.evil.example',
    ],
    [
      '[providers.openai]\napi_key = "canary"',
      '[providers.openai] would send conversations to openai with a key or headers of its own',
    ],
    [
      '[providers.work]\nkind = "anthropic"\napi_key = "env:ANTHROPIC_API_KEY"\nheaders = { Authorization = "canary" }',
      '[providers.work] would send conversations to anthropic with a key or headers of its own',
    ],
    ['[providers.openai]\nbase_url = "env:PLACE"', '[providers.openai] would send conversations to env:PLACE'],
    [
      '[limits]\nurl = "redis://u:canary@redis.example:6379"\nstore = "redis"',
      '[limits] url would keep limits, budgets and answers in redis://…@redis.example:6379',
    ],
  ])('%j needs trust in a file that was found', async (text, does) => {
    const { code, error } = await load(`rt = 1\n${text}\n`, { env: ENV })
    expect(code).toBe('forbidden')
    expect(error.message).toContain(` ${does}, and you have not trusted`)
    expect(`${error.message}${error.hint}`).not.toContain('canary')
    expect((await load(`rt = 1\n${text}\n`, { env: ENV, named: true })).code).toBeUndefined()
  })

  it.each([
    '[providers.anthropic]\napi_key = "env:ANTHROPIC_API_KEY"',
    '[providers.claude]\nkind = "anthropic"\napi_key = "env:ANTHROPIC_API_KEY"\ntimeout = "5s"',
    '[providers.groq]\n[providers.ollama]\n[models]\nchat = ["smollm2:135m", "groq/openai/gpt-oss-120b"]',
    '[providers.vllm]\napi_key = "literally"',
    '[providers.vllm]\nbase_url = "http://127.0.0.1:8000/v1"',
    '[providers.vllm]\nbase_url = "env:HERE"',
    '[limits]\nstore = "redis"\nurl = "redis://localhost:6379"',
    '[limits]\nstore = "redis"\nurl = "unix:///run/redis.sock"',
    '[router]\nretries = 1\n[router.budget]\nday_usd = 1\n[limits]\nrequests_per_minute = 1',
  ])('%j needs none', async (text) => {
    expect(await load(`rt = 1\n${text}\n`, { env: ENV, answer: true })).toMatchObject({ asked: [], code: undefined })
  })

  it('asks again when another key of the table changes', async () => {
    expect((await load(`rt = 1\n${GOOGLE}\n`, { answer: true })).asked).toHaveLength(1)
    expect((await load(`rt = 1\n${GOOGLE}\n`, { answer: true })).asked).toHaveLength(0)
    expect((await load(`rt = 1\n${GOOGLE}\nbase_url = "http://h"\n`, { answer: true })).asked).toHaveLength(1)
  })
})

describe('trust', () => {
  it('is asked once, with what it would do', async () => {
    const first = await load(ORIGIN, { answer: true })
    expect(first.asked).toEqual([
      `${join(root, 'config.toml')} wants to\n` +
        '  let web pages of https://evil.example call the server   ([server] allowed_origins, line 3)\n' +
        'Trust this file? You are asked again only when these lines change.',
    ])
    expect(first.code).toBeUndefined()
    expect(await load(ORIGIN)).toMatchObject({ asked: [], code: undefined })
  })

  it('holds for these parts only, wherever they stand in the file', async () => {
    await load(ORIGIN, { answer: true })
    expect((await load(ORIGIN.replace('[server]', '# moved\n[server]\nport = 1'))).code).toBeUndefined()
    expect((await load(ORIGIN.replace('evil', 'other'))).code).toBe('forbidden')
    expect((await load(`${ORIGIN}host = "::"\n`)).code).toBe('forbidden')
  })

  it('holds for this file only', async () => {
    await load(ORIGIN, { answer: true })
    expect((await load(ORIGIN, { folder: join(root, 'elsewhere') })).code).toBe('forbidden')
  })

  it('is not given by a no, which is not remembered either', async () => {
    const { code, error } = await load(ORIGIN, { answer: false })
    expect([code, error.message]).toEqual(['forbidden', expect.stringContaining('you did not trust this file')])
    expect((await load(ORIGIN, { answer: true })).asked).toHaveLength(1)
  })

  it('is given by --trust without a question, from then on', async () => {
    expect(await load(ORIGIN, { trust: true, answer: false })).toMatchObject({ asked: [], code: undefined })
    expect((await load(ORIGIN)).code).toBeUndefined()
  })

  it('is kept for this user alone', async () => {
    await load(ORIGIN, { trust: true })
    const [name, ...others] = await readdir(trustFolder)
    expect(others).toEqual([])
    if (process.platform === 'win32') return
    expect((await stat(join(trustFolder, name!))).mode & 0o777).toBe(0o600)
    expect((await stat(trustFolder)).mode & 0o777).toBe(0o700)
  })

  it('holds for this time where nothing can be kept', async () => {
    await writeFile(join(root, 'of the user'), 'a file where a folder should be')
    expect((await load(ORIGIN, { trust: true })).code).toBeUndefined()
    expect((await load(ORIGIN)).code).toBe('forbidden')
  })

  it('is not waited for any longer when the program is stopped', async () => {
    const stopping = new AbortController()
    await writeFile(join(root, 'config.toml'), ORIGIN)
    const given: unknown[] = []
    const ask = async (_: string, { signal }: { signal: AbortSignal | undefined }): Promise<boolean> => {
      given.push(signal)
      return false
    }
    await loadConfig({}, { env: {}, cwd: root, trustFolder, ask, signal: stopping.signal }).catch(() => {})
    expect(given).toEqual([stopping.signal])
  })
})
