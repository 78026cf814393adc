import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, type Provider } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer, type ScriptedModel } from '@rt/core/testing'
import * as builtin from '@rt/tools/builtin'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import { createRuntime, type Runtime, type RuntimeOptions, tool } from '../index.ts'
import { BUILTIN_TOOLS, createBuiltinTools } from './builtin-tools.ts'

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-builtin-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const call = (name: string, args: Record<string, string> = {}): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: args }],
})

interface Opened {
  rt: Runtime
  model: ScriptedModel
  folder: string
}

const open = async (config: string, answers: ScriptedAnswer[], options: RuntimeOptions = {}): Promise<Opened> => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'docs'))
  writeFileSync(join(folder, 'docs', 'a.txt'), 'Coats are paid for.\n')
  writeFileSync(join(folder, 'config.toml'), `rt = 1\n${config}`)
  const model = createScriptedModel({ id: 'fake/chat', answers, capabilities: { contextTokens: 100_000 } })
  const fake: Provider = { id: 'fake', languageModel: () => model }
  const rt = await createRuntime({
    data: join(folder, 'data'),
    config: join(folder, 'config.toml'),
    trust: true,
    chat: 'fake/chat',
    embed: false,
    trace: false,
    providers: { fake },
    ...options,
  })
  return { rt, model, folder }
}
const namesShown = (model: ScriptedModel): string[] => (model.requests[0]?.tools ?? []).map(({ name }) => name)

describe('built-in tools', () => {
  test('none is there before it is named, then those that are', async () => {
    const plain = await open('', ['done'])
    await using _ = plain.rt
    await collect(plain.rt.stream('hello'))
    expect(namesShown(plain.model)).toEqual([])

    const named = await open('[tools]\nallow = ["now", "calculator"]', ['done'])
    await using _2 = named.rt
    await collect(named.rt.stream('hello'))
    expect(namesShown(named.model).toSorted()).toEqual(['calculator', 'now'])
  })

  test('a tool of the program takes the place of one that is built in', async () => {
    const now = tool({
      name: 'now',
      description: 'Mine',
      inputSchema: { jsonSchema: { type: 'object' } },
      execute: () => 'mine',
    })
    const { rt, model } = await open('[tools]\nallow = ["now"]', ['done'], { tools: [now] })
    await using _ = rt
    await collect(rt.stream('hello'))
    expect(model.requests[0]?.tools?.map(({ description }) => description)).toEqual(['Mine'])
  })

  test('read below their folders; what was read makes a call that changes something wait for a person', async () => {
    const config = '[tools]\nallow = ["read_file", "write_file"]\n[tools.roots]\ndocs = "./docs"\n'
    const { rt, folder } = await open(config, [
      call('read_file', { path: 'docs/a.txt' }),
      call('write_file', { path: 'docs/b.txt', text: 'x' }),
      'done',
    ])
    await using _ = rt
    const asked: unknown[] = []
    const { parts } = await read(rt, {
      approve: async ({ name, reason }) => {
        asked.push({ name, reason })
        return { approved: false }
      },
    })
    expect(parts.filter(({ type }) => type === 'tool-result')).toMatchObject([
      { result: { text: 'Coats are paid for.' }, untrusted: true },
      { isError: true, result: { error: { code: 'approval_denied' } } },
    ])
    expect(asked).toEqual([{ name: 'write_file', reason: expect.stringContaining('text of others was read') }])
    expect(() => writeFileSync(join(folder, 'docs', 'b.txt'), '', { flag: 'wx' })).not.toThrow()
  })

  test('rules decide before all else', async () => {
    const config = '[tools]\nallow = ["now"]\n[tools.rules]\n"n*" = "deny"\n'
    const { rt } = await open(config, [call('now'), 'done'])
    await using _ = rt
    const { parts } = await read(rt)
    expect(parts.filter(({ type }) => type === 'tool-result')).toMatchObject([
      { isError: true, result: { error: { code: 'forbidden' } } },
    ])
    const free = await open(config, [call('now'), 'done'], { toolRules: { now: 'allow' } })
    await using _2 = free.rt
    expect((await read(free.rt)).parts.filter(({ type }) => type === 'tool-result')).toMatchObject([
      { result: { weekday: expect.any(String) } },
    ])
  })

  test('remember in one conversation, recall in another', async () => {
    const { rt } = await open('[tools]\nallow = ["remember", "recall"]', [
      call('remember', { fact: 'The user likes tea' }),
      'done',
      call('recall', { query: 'tea' }),
      'done',
    ])
    await using _ = rt
    await collect(rt.thread('one').stream('I like tea'))
    const parts = []
    for await (const part of rt.thread('two').stream('What do I like?')) parts.push(part)
    expect(parts.filter(({ type }) => type === 'tool-result')).toMatchObject([
      { result: { facts: [{ fact: 'The user likes tea' }] }, untrusted: true },
    ])
  })

  test.each([
    ['read_file', 'a folder', '[tools.roots]'],
    ['write_file', 'a folder', '[tools.roots]'],
    ['list_files', 'a folder', '[tools.roots]'],
    ['shell', 'a folder', '[tools.roots]'],
    ['fetch', 'a host', '[tools.fetch]'],
    ['sql', 'a file', '[tools.sql]'],
  ])('%s is not made before it was given %s', async (name, what, table) => {
    const made = createBuiltinTools([name], { settings: {}, search: async () => [], facts: () => Promise.reject() })
    await expect(made).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(what),
      hint: expect.stringContaining(table),
    })
  })

  test('all of them have a name here', async () => {
    const tools = await createBuiltinTools(BUILTIN_TOOLS, {
      settings: { roots: { docs: '.' }, fetch: { hosts: ['example.org'] }, sql: { file: 'x.db' } },
      search: async () => [],
      facts: () => Promise.reject(),
    })
    expect(tools.map(({ name }) => name)).toEqual([...BUILTIN_TOOLS])
    expect(Object.keys(builtin).filter((name) => name.startsWith('create'))).toHaveLength(tools.length)
    for (const { sideEffects } of tools) expect(sideEffects).toBeDefined()
  })
})

const read = async (
  rt: Runtime,
  options: Parameters<Runtime['stream']>[1] = {},
): Promise<{ parts: Record<string, unknown>[] }> => {
  const parts: Record<string, unknown>[] = []
  for await (const part of rt.stream('go', options)) parts.push(part)
  return { parts }
}

test('paths of the file are relative to it', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'config.toml')
  writeFileSync(
    file,
    'rt = 1\n[tools.roots]\ndocs = "./docs"\n[tools.sql]\nfile = "shop.db"\n[tools.shell]\ntimeout = "5s"\n[tools.fetch]\nprivate_hosts = ["nas"]\n',
  )
  const { settings } = await loadConfig({}, { env: {}, cwd: '/', config: file, trust: true })
  expect(settings.toolSettings).toEqual({
    roots: { docs: join(folder, 'docs') },
    sql: { file: join(folder, 'shop.db') },
    shell: { timeoutMs: 5000 },
    fetch: { privateHosts: ['nas'] },
  })
})
