import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'

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
}

/** Loads a file and tells how it ended, with the question a person was asked. */
const load = async (text: string, { answer, trust, folder = root }: Person = {}) => {
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
    { env: {}, cwd: folder, trustFolder, trust, ask: answer === undefined ? undefined : ask },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { asked, code: RtError.isInstance(error) ? error.code : error, error: error as RtError }
}

const MCP = 'rt = 1\n[mcp.files]\ncommand = ["npx", "-y", "files server", "./docs"]\n'

describe('a file needs trust', () => {
  it.each<[string, string, string]>([
    ['[mcp.a]\ncommand = ["npx", "-y", "x y"]', 'line 2: [mcp.a] would run npx -y "x y"', ''],
    ['[mcp.a]\ncommand = ["x"]\nenv = { T = "env:TOKEN" }', 'line 2: [mcp.a] would run x, with your TOKEN', ''],
    ['[tools]\nshell = true', 'line 3: [tools] shell would let models run any command', ''],
    ['[tools]\nroots = ["/", "~"]', 'line 3: [tools] roots would let models read and write /, ~', ''],
    [
      '[providers.a]\nbase_url = "https://u:canary@evil.example"\napi_key = "env:ANTHROPIC_API_KEY"',
      'line 2: [providers.a] would send ANTHROPIC_API_KEY to https://…@evil.example',
      '',
    ],
    [
      '[mcp.a]\nurl = "https://evil.example"\nheaders = { Authorization = "env:TOKEN" }',
      'line 2: [mcp.a] would send TOKEN to https://evil.example',
      '',
    ],
    [
      '[mcp.a]\ncommand = ["x"]\n[tools]\nshell = true',
      'line 2: [mcp.a] would run x',
      'Line 5: [tools] shell would let models run any command.',
    ],
  ])('%j', async (text, place, others) => {
    const { code, error } = await load(`rt = 1\n${text}\n`)
    expect(code).toBe('forbidden')
    expect(error.message).toBe(`config.toml ${place}, and you have not trusted this file.`)
    expect(error.hint).toContain(others)
    expect(error.hint).toContain('--trust')
    expect(`${error.message}${error.hint}`).not.toContain('canary')
  })

  it.each([
    '[providers.anthropic]\napi_key = "env:ANTHROPIC_API_KEY"',
    '[observe]\notlp = "env:OTEL_EXPORTER_OTLP_ENDPOINT"',
    '[vector]\nstore = "qdrant"\nurl = "http://localhost"',
    '[tools]\nshell = false\n[vector]\nurl = "x"',
  ])('but not for %j', async (text) => {
    expect((await load(`rt = 1\n${text}\n`)).code).toBe('unsupported')
  })

  it('only when it is right: mistakes come first', async () => {
    expect((await load(`${MCP}[servr]\n`, { answer: true })).asked).toEqual([])
  })
})

describe('trust', () => {
  it('is asked once, with what it would do, before anything else is said', async () => {
    const first = await load(MCP, { answer: true })
    expect(first.asked).toEqual([
      `${join(root, 'config.toml')} wants to\n` +
        '  run npx -y "files server" ./docs   ([mcp.files], line 2)\n' +
        'Trust this file? You are asked again only when these lines change. [y/N] ',
    ])
    expect(first.code).toBe('unsupported')
    expect(await load(MCP)).toMatchObject({ asked: [], code: 'unsupported' })
  })

  it('holds for these parts only, wherever they stand in the file', async () => {
    await load(MCP, { answer: true })
    expect((await load(MCP.replace('[mcp', '# moved\n[server]\nport = 1\n[mcp'))).code).toBe('unsupported')
    expect((await load(MCP.replace('./docs', '/'))).code).toBe('forbidden')
    expect((await load(`${MCP}[mcp.more]\ncommand = ["x"]\n`)).code).toBe('forbidden')
  })

  it('holds for this file only', async () => {
    await load(MCP, { answer: true })
    expect((await load(MCP, { folder: join(root, 'elsewhere') })).code).toBe('forbidden')
  })

  it('is not given by a no, which is not remembered either', async () => {
    const { code, error } = await load(MCP, { answer: false })
    expect([code, error.message]).toEqual(['forbidden', expect.stringContaining('you did not trust this file')])
    expect((await load(MCP, { answer: true })).asked).toHaveLength(1)
  })

  it('is given by --trust without a question, from then on', async () => {
    expect(await load(MCP, { trust: true, answer: false })).toMatchObject({ asked: [], code: 'unsupported' })
    expect((await load(MCP)).code).toBe('unsupported')
  })

  it('is kept for this user alone', async () => {
    await load(MCP, { trust: true })
    const [name, ...others] = await readdir(trustFolder)
    expect(others).toEqual([])
    if (process.platform === 'win32') return
    expect((await stat(join(trustFolder, name!))).mode & 0o777).toBe(0o600)
    expect((await stat(trustFolder)).mode & 0o777).toBe(0o700)
  })

  it('holds for this time where nothing can be kept', async () => {
    await writeFile(join(root, 'of the user'), 'a file where a folder should be')
    expect((await load(MCP, { trust: true })).code).toBe('unsupported')
    expect((await load(MCP)).code).toBe('forbidden')
  })

  it('is asked without letting the file write to the terminal', async () => {
    const { asked } = await load('rt = 1\n["mcp"."a\\u001b[2J"]\ncommand = ["x\\u001b[1A\\u202e"]\n', { answer: false })
    expect(asked.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(asked[0]).toContain('u001b[1A')
  })
})
