import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RtError } from '@rt/core'
import { expect, test } from 'vitest'
import { toServers } from '../mcp/to-servers.ts'
import { loadConfig } from './load-config.ts'
import type { LoadedConfig } from './settings.ts'

const load = async (
  text: string,
  options: { env?: Record<string, string>; named?: boolean; trust?: boolean } = {},
): Promise<LoadedConfig> => {
  const cwd = await mkdtemp(join(tmpdir(), 'rt-config-'))
  await writeFile(join(cwd, 'config.toml'), `rt = 1\n${text}\n`)
  const { env = {}, named = false, trust = false } = options
  const ask = async (): Promise<boolean> => false
  return loadConfig(
    {},
    { env, cwd, trust, ask, trustFolder: join(cwd, 'trust'), ...(named && { config: 'config.toml' }) },
  )
}
const failure = (promise: Promise<unknown>): Promise<RtError> =>
  promise.then(
    () => expect.unreachable(),
    (error) => error,
  )

const FILE = `
[mcp.files]
command = ["npx", "-y", "server"]
env = { TOKEN = "env:T" }
cwd = "work"
deny = ["write_file"]
timeout = "5s"
start_timeout = "2m"
roots = ["docs"]
[mcp.web]
url = "https://host.test/mcp"
headers = { "X-Team" = "a" }
token = "env:T"
approval = "always"
sampling = "deny"
[mcp.machine]
url = "https://host.test/machine"
login = { flow = "client_credentials", client_id = "rt", client_secret = "env:S", issuer = "https://login.test", scope = "read" }
[mcp.person]
url = "https://host.test/person"
`

test('servers of a file, in the words of the client', async () => {
  const { settings } = await load(FILE, { env: { T: 'secret-t', S: 'secret-s' }, trust: true })
  const servers = toServers(settings.mcp, { tokens: 'logins' })
  expect(servers).toMatchObject({
    files: {
      command: ['npx', '-y', 'server'],
      env: { TOKEN: 'secret-t' },
      cwd: 'work',
      deny: ['write_file'],
      timeoutMs: 5_000,
      startTimeoutMs: 120_000,
      roots: [expect.stringMatching(/[/\\]docs$/)],
    },
    web: {
      auth: { type: 'bearer', token: 'secret-t' },
      approval: 'always',
      sampling: 'deny',
      headers: { 'X-Team': 'a' },
    },
    machine: {
      auth: {
        type: 'client-credentials',
        clientId: 'rt',
        clientSecret: 'secret-s',
        issuer: 'https://login.test',
        scope: 'read',
      },
    },
    person: { auth: { type: 'oauth' } },
  })
})

test('what is shown of it has no secrets', async () => {
  const { rows } = await load(
    `${FILE}\n[mcp.plain]\nurl = "https://h.test"\ntoken = "canary"\nlogin = {}`.replace('\nlogin = {}', ''),
    {
      env: { T: 'canary', S: 'canary' },
      trust: true,
    },
  )
  const shown = JSON.stringify(rows.filter(({ key }) => key.startsWith('mcp.')))
  expect(shown).toContain('"mcp.files.command"')
  expect(shown).toContain('env:T')
  expect(shown).not.toContain('canary')
})

test.each([
  ['command = ["x"]\ntoken = "env:T"', 'Only a server elsewhere (url) has "token"'],
  ['url = "https://h.test"\ncwd = "/"', 'Only a program of this machine (command) has "cwd"'],
  ['command = []', 'It names no program'],
  ['url = "https://h.test"\ntoken = "env:T"\nlogin = {}', 'There is a login too'],
  ['url = "https://h.test"\nlogin = { flow = "client_credentials", client_id = "a" }', 'needs client_secret'],
  ['url = "ftp://h.test"', 'must be an address such as'],
])('%j is told', async (text, why) => {
  const { code, hint } = await failure(load(`[mcp.a]\n${text}`, { env: { T: 't' }, named: true }))
  expect(code).toBe('config_invalid')
  expect(hint).toContain(why)
})

test.each(['a__b', '_a', `${'x'.repeat(33)}`, '"a b"'])('[mcp.%s] is no name', async (name) => {
  const { code, hint } = await failure(load(`[mcp.${name}]\ncommand = ["x"]`, { named: true }))
  expect(code).toBe('config_invalid')
  expect(hint).toContain('letters and digits')
})

test('a file that runs a program, or sends a secret, is trusted first; one that nobody named also for an address', async () => {
  const run = '[mcp.a]\ncommand = ["x"]'
  const send = '[mcp.a]\nurl = "https://h.test"\ntoken = "env:T"'
  const use = '[mcp.a]\nurl = "https://h.test"'
  const env = { T: 't' }
  expect((await failure(load(run, { named: true }))).message).toContain('would run x')
  expect((await failure(load(send, { env, named: true }))).message).toContain('would send T to https://h.test')
  expect((await failure(load(use))).message).toContain('would let models use tools of https://h.test')
  expect((await load(use, { named: true })).settings.mcp).toHaveProperty('a')
})
