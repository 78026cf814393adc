import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configFields } from './fields.ts'
import { loadConfig } from './load-config.ts'
import { isSecret, withoutLogins } from './shown.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-config-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** The error of a file, as `rt` prints it. */
const errorOf = async (text: string, env: Record<string, string> = {}): Promise<RtError> => {
  await writeFile(join(root, 'config.toml'), text)
  const error: unknown = await loadConfig(
    {},
    { env, cwd: root, config: 'config.toml', trust: true, trustFolder: join(root, 'trusted') },
  ).then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  if (!RtError.isInstance(error)) throw new RtError({ code: 'internal', message: String(error) })
  return error
}

describe('a mistake is named with file, line, key and what to write', () => {
  it.each<[string, string, string]>([
    [
      'rt = 1\n\n[vector]\nstor = "qdrant"\n',
      'line 4: [vector] stor = "qdrant"',
      '"stor" is not a key of [vector]; did you mean "store"? Keys: store, url, api_key, index, recall, collections.',
    ],
    [
      'rt = 1\n[servr]\nport = 1\n',
      'line 2: [servr]',
      'There is no table [servr]; did you mean [server]? Tables: models,',
    ],
    ['rt = 1\n[zzzzzz]\n', 'line 2: [zzzzzz]', 'There is no table [zzzzzz]. Tables: models,'],
    ['rt = 1\n[[servr]]\nport = 1\n', 'line 2: [[servr]]', '"servr" is not a key of config.toml'],
    [
      'rt = 1\nport = 1\n',
      'line 2: port = 1',
      '"port" is not a key of config.toml; it belongs under [server]. Tables:',
    ],
    ['rt = 1\nprot = 1\n', 'line 2: prot = 1', 'did you mean "port" under [server]?'],
    ['rt = 1\n[engine]\nport = 1\n', 'line 3: [engine] port = 1', 'it belongs under [server]. Keys: threads,'],
    ['rt = 1\nserver.prot = 1\n', 'line 2: [server] prot = 1', 'did you mean "port"?'],
    ['rt = 1\nserver = { prot = 1 }\n', 'line 2: [server] prot = 1', 'did you mean "port"?'],
    ['rt = 1\nserver = {\n  host = "x",\n  "prot" = 1,\n}\n', 'line 4: [server] prot = 1', 'did you mean "port"?'],
    ['rt = 1\n["server"]\n\'po rt\' = 1\n', 'line 3: [server] "po rt" = 1', 'did you mean "port"?'],
    ['rt = 1\n[router.budget]\nday_us = 1\n', 'line 3: [router.budget] day_us = 1', 'did you mean "day_usd"?'],
    ['rt = 1\n[mcp.a]\ncomand = ["x"]\n', 'line 3: [mcp.a] comand = ["…"]', 'did you mean "command"?'],
    [
      'rt = 1\n[server]\nport = "80"\n',
      'line 3: [server] port = "80"',
      '"port" must be a whole number from 0 to 65535.',
    ],
    [
      'rt = 1\n[server]\nport = 70000\n',
      'line 3: [server] port = 70000',
      '"port" must be a whole number from 0 to 65535.',
    ],
    ['rt = 1\n[server]\nport = 1.5\n', 'line 3: [server] port = 1.5', 'must be a whole number'],
    ['rt = 1\n[server]\nport = nan\n', 'line 3: [server] port = NaN', 'must be a whole number'],
    ['rt = 1\n[server]\nport = 2026-01-01\n', 'line 3: [server] port = 2026-01-01', 'must be a whole number'],
    [
      'rt = 1\n[server]\nallowed_hosts = ["a", 3]\n',
      'line 3: [server] allowed_hosts = ["a", 3]',
      'must be a list of host',
    ],
    ['rt = 1\n[memory]\nretrieve = "yes"\n', 'line 3: [memory] retrieve = "yes"', '"retrieve" must be true or false.'],
    [
      'rt = 1\n[memory]\nwindow = 75\n',
      'line 3: [memory] window = 75',
      '"window" must be a share from 10% to 100%, as "75%" or 0.75.',
    ],
    ['rt = 1\n[memory]\nwindow = "101%"\n', 'line 3: [memory] window = "101%"', 'must be a share'],
    ['rt = 1\n[models]\nchat = []\n', 'line 3: [models] chat = []', "must be a model's name, or a list"],
    ['rt = 1\n[models]\nchta = "a"\n', 'line 3: [models] chta = "a"', 'did you mean "chat"?'],
    ['rt = 1\n[models]\nembedd = "a"\n', 'line 3: [models] embedd = "a"', 'did you mean "embed"?'],
    ['rt = 1\n[models]\nfast = 1\n', 'line 3: [models] fast = 1', "must be a model's name, or a list"],
    [
      'rt = 1\n[vector]\nstore = "qdrnt"\n',
      'line 3: [vector] store = "qdrnt"',
      'must be one of "sqlite", "lancedb", "pgvector", "qdrant"; did you mean "qdrant"?',
    ],
    ['rt = 1\nserver = 3\n', 'line 2: server = 3', '"server" must be a table: [server] and its keys below.'],
    ['rt = 1\n[[server]]\nport = 1\n', 'line 2: [[server]]', '"server" must be a table'],
    ['rt = 1\n[mcp]\na = 1\n', 'line 3: [mcp] a = 1', '"mcp.a" must be a table'],
    ['rt = 1\n[mcp.a]\nurl = "x"\ncommand = ["y"]\n', 'line 2: [mcp.a]', 'must be a table with either command or url.'],
    [
      'rt = 1\n[mcp.a]\nurl = "http://x"\nenv = { N = 1 }\n',
      'line 4: [mcp.a.env]',
      '[mcp.a.env] must be a table of texts.',
    ],
    ['rt = "1"\n', 'line 1: rt = "1"', '"rt" must be 1.'],
    [
      '# ours\nrt = 2\n[whatever]\n',
      'line 2: rt = 2',
      'This rt reads version 1 of config.toml. Update rt, or write rt = 1.',
    ],
    ['[server]\nport = 1\n', 'line 1: rt = 1 is missing', 'Write rt = 1 as the first line.'],
    ['[server]\nrt = 1\n', 'line 1: rt = 1 is missing', 'above every table: it stands under [server] in line 2.'],
    ['', 'line 1: the file is empty', 'Write rt = 1 as the first line.'],
    [
      'rt = 1\n[server]\nport = "env:PORT"\n',
      'line 3: [server] port = "env:PORT"',
      'The environment variable PORT is not set.',
    ],
  ])('%j', async (text, place, hint) => {
    const error = await errorOf(text)
    expect(error.message).toBe(`config.toml ${place}`)
    expect(error.hint).toContain(hint)
    expect(error.code).toBe('config_invalid')
  })

  it('of text that is no TOML, with the column and the line itself', async () => {
    const cases: [string, string, string][] = [
      ['rt = 1\n[server\nport = 1\n', 'line 2, column 8: [server', 'The table has no closing bracket: [name].'],
      ['rt = 1\nport = \n', 'line 2, column 8: port =', 'There is no value after the equals sign.'],
      ['rt = 1\n[a]\nhost = "x\nport = 1\n', 'line 3, column 10: host = "x', 'The text has no closing quote.'],
      ['rt = 1\nport: 1\n', 'line 2, column 5: port: 1', 'A key is written as key = value.'],
      ['rt = 1\nhost = localhost\n', 'line 2, column 8: host = localhost', 'Text must stand in quotes'],
      ['rt = 1\nx = [1, 2\ny = 3\n', 'line 3, column 1: y = 3', 'This is not TOML.'],
      ['rt = 1\n[a]\nx = 1\ny = 2\nx = 3\n', 'line 5, column 1: x = 3', '"x" is set twice, first in line 3: keep one'],
      [
        'rt = 1\n[a.b]\nx = 1\n[c]\n[ a . b ]\n',
        'line 5, column 2: [ a . b ]',
        '[a.b] is set twice, first in line 2: keep one',
      ],
      ['rt = 1\na.x = 1\n[a]\ny = 1\n', 'line 3, column 2: [a]', '[a] is set twice, first in line 2: keep one'],
      [
        'rt = 1\n__proto__ = 1\n',
        'line 2, column 1: __proto__ = 1',
        'This is not TOML. (document contains an unsafe property)',
      ],
    ]
    for (const [text, place, hint] of cases) {
      const error = await errorOf(text)
      expect(error.message).toBe(`config.toml ${place}`)
      expect(error.hint).toContain(hint)
    }
  })

  it('of text whose part before the mistake is no document', async () => {
    const literal = "'".repeat(3)
    const cases: [string, string][] = [
      ['rt = 1\na = [ """\n foo }\n """, { x = 1, x = 2 } ]\n', 'line 4, column 16: """, { x = 1, x = 2 } ]'],
      [`rt = 1\na = [ """\n${'['.repeat(20_000)}\n""", { x = 1, x = 2 } ]\n`, 'line 4, column'],
      [`rt = 1\na = [${literal}\n"\\x" = 1\n${literal}, { x = 1, x = 2 }]\n`, 'line 4, column'],
    ]
    for (const [text, place] of cases) {
      const error = await errorOf(text)
      expect(error).toMatchObject({ code: 'config_invalid' })
      expect(error.message).toContain(`config.toml ${place}`)
      expect(error.hint).toContain('set twice')
    }
  })

  it('with all others, in the order of the file, and at most five', async () => {
    const text =
      'rt = 1\nprot = 1\n[server]\nport = "x"\nhsot = "y"\n[chat]\nsystem = 5\n[memory]\npassages = 0\nretrive = 1\nwindow = 9\n'
    const { message, hint, data } = await errorOf(text)
    expect(message).toBe('config.toml line 2: prot = 1')
    expect(hint!.match(/^Also line \d+/gm)).toEqual(['Also line 4', 'Also line 5', 'Also line 7', 'Also line 9'])
    expect(hint).toMatch(/And 2 more\.$/)
    expect(data).toEqual({ mistakes: 7, line: 2 })
  })
})

describe('env:NAME', () => {
  it('that is missing is named with variable, line, key and the nearest that is set', async () => {
    const text = 'rt = 1\n[chat]\nsystem = "env:MY_PROMT"\n'
    expect(await errorOf(text, { MY_PROMPT: 'canary' })).toMatchObject({
      code: 'config_invalid',
      message: 'config.toml line 3: [chat] system = "env:MY_PROMT"',
      hint: 'The environment variable MY_PROMT is not set; did you mean MY_PROMPT? Set it, or remove the line.',
    })
    expect((await errorOf('rt = 1\n[chat]\nsystem = "env:"\n')).hint).toContain('After env: stands the name')
  })

  it('is not for numbers, and says which variable is', async () => {
    expect((await errorOf('rt = 1\n[server]\nport = "env:P"\n', { P: '80' })).hint).toBe(
      '"port" must be a whole number from 0 to 65535. env:NAME is text; RT_PORT sets it instead.',
    )
  })
})

describe('what is not in this version', () => {
  it.each<[string, string, string]>([
    ['[state]\nstore = "postgres"', 'line 3: [state] store = "postgres"', 'threads and traces in SQLite'],
    ['[observe]\notlp = "http://x"', 'line 3: [observe] otlp = "http://x"', 'rt trace shows them'],
    ['[observe]\ncapture_content = true', 'line 3: [observe] capture_content = true', 'nothing is sent'],
  ])('%j is refused, never ignored', async (text, place, hint) => {
    const error = await errorOf(`rt = 1\n${text}\n`)
    expect(error.code).toBe('unsupported')
    expect(error.message).toBe(`config.toml ${place}`)
    expect(error.hint).toMatch(/^This is not in this version of rt\. /)
    expect(error.hint).toContain(hint)
  })

  it('is fine while it asks for what there is', async () => {
    await writeFile(
      join(root, 'config.toml'),
      'rt = 1\n[vector]\nstore = "sqlite"\n[state]\nstore = "sqlite"\n[limits]\nstore = "memory"\n[tools]\n[tools.roots]\n[observe]\ncapture_content = false\n[router]\n[mcp]\n[providers]\n',
    )
    await expect(loadConfig({}, { env: {}, cwd: root, config: 'config.toml' })).resolves.toBeDefined()
  })
})

describe('secrets', () => {
  it.each([
    'rt = 1\n[providers.x]\napi_key = ["canary"]\n',
    'rt = 1\n[providers.x]\napi_kye = "canary"\n',
    'rt = 1\n[providers.x]\nsomething = "canary"\n',
    'rt = 1\n[providers.x]\nheaders = { Authorization = "Bearer canary" }\n',
    'rt = 1\n[mcp.x]\nurl = "u"\nenv = { HOME = "canary", N = 1 }\n',
    'rt = 1\napi_key = "canary"\n',
    'rt = 1\npasword = "canary"\n',
    'rt = 1\n[server]\nport = "sk-canary-0123456789"\n',
    'rt = 1\n[server]\nhost = "http://user:canary@example.org/x"\n',
    'rt = 1\n[server]\nhost = "http://user:can/canary@example.org/x"\n',
    'rt = 1\n[vector]\nstore = "qdrnt"\nurl = "http://u:canary@h?api_key=canary"\napi_key = ["canary"]\n',
    'rt = 1\n[providers.x]\napi_key = "canary\n',
    'rt = 1\n[providers.x]\napi_key = canary\n',
    'rt = 1\n[providers.x]\napi_key: canary\n',
    'rt = 1\n[providers.x]\n"api_key" "canary"\n',
    'rt = 1\n[providers.x]\napi_key = [\n  "a",\n  "canary" "x"\n]\n',
    'rt = 1\n[mcp.x.env]\nFOO = "canary" x\n',
    'rt = 1\n[providers.x]\nkind = """\n[foo bar]\n"""\napi_key = [\n  "canary" "x"\n]\n',
    'rt = 1\nx = sk-canary-0123456789\n',
    'rt = 1\n[providers.x]\napi_key = "a"\napi_key = "canary"\n',
  ])('are never printed: %j', async (text) => {
    const { message, hint } = await errorOf(text)
    expect(message).toContain('config.toml line')
    expect(`${message}\n${hint}`).not.toContain('canary')
  })

  it('of the environment neither, when their value is wrong', async () => {
    const { message, hint } = await errorOf('rt = 1\n[server]\nhost = "env:H"\n', { H: 'a canary' })
    expect(message).toBe('config.toml line 3: [server] host = "env:H"')
    expect(`${message}\n${hint}`).not.toContain('canary')
  })

  it('are what keys for secrets hold, and nothing else in the schema is taken for one', () => {
    const names = configFields().filter(({ path, keys }) => path.length > 0 && !keys)
    expect(names.filter(({ path }) => isSecret(path, 4)).map(({ path }) => path.join('.'))).toEqual([
      'providers.*.api_key',
      'vector.api_key',
      'mcp.*.token',
      'mcp.*.login.client_secret',
    ])
  })
})

it('text that moves the cursor does not reach the terminal', async () => {
  const { message, hint } = await errorOf('rt = 1\n"a\\u001b[2Jb" = "\\u001b]0;title\\u0007\\u202e"\n')
  expect(`${message}${hint?.replaceAll('\n', '')}`).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

describe('a file that was made to hold up whoever reads it', () => {
  it('is refused by its size', async () => {
    expect((await errorOf(`rt = 1\n${'\n'.repeat(65_536)}`)).message).toContain('it is larger than 64 kB')
  })

  it.each(['server.', '[', ''])('is refused by its depth: %ja.a.a…', async (begin) => {
    const { message, code } = await errorOf(`rt = 1\n${begin}${'a.'.repeat(20_000)}a${begin === '[' ? ']' : ' = 1'}\n`)
    expect([code, message]).toEqual([
      'config_invalid',
      expect.stringMatching(/line 2: .* is nested more than 50 deep$/),
    ])
  })

  it('has one mistake a list, however many elements are wrong', async () => {
    const { data } = await errorOf(`rt = 1\n[server]\nallowed_hosts = [${'0,'.repeat(5000)}]\nprot = 1\n`)
    expect(data).toEqual({ mistakes: 2, line: 3 })
  })

  // Minutes, while every beginning of an address was followed to the end of the text.
  it.each(['://', '?', '?key=', '://@ '])('has its addresses read once: %j many times', (part) => {
    expect(withoutLogins(part.repeat(300_000)).length).toBeGreaterThan(0)
  })

  it.each([`x = [1, ${' '.repeat(60_000)} y`, `[${' '.repeat(60_000)},`])('has its lines read once', async (line) => {
    expect((await errorOf(`rt = 1\n${line}\n`)).message).toContain('config.toml line 2, column')
  })
})
