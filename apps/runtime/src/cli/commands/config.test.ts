import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseCommand } from '../parse.ts'
import { command } from './config.ts'

let root: string
let file: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-config-'))
  file = join(root, 'config.toml')
  for (const name of Object.keys(process.env)) if (name.startsWith('RT_')) vi.stubEnv(name, undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(root, { recursive: true, force: true })
})

/** What the command writes to stdout. */
const run = async (...argv: string[]): Promise<string> => {
  let written = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
  try {
    await command.run({ ...parseCommand(command, argv), signal: new AbortController().signal })
  } finally {
    write.mockRestore()
  }
  return written
}

it('shows values with their origin in columns', async () => {
  await writeFile(file, 'rt = 1\n[models]\nfast = "smollm2:135m"\n[server]\nhost = "0.0.0.0"\n')
  vi.stubEnv('RT_PASSAGES', '4')
  const text = await run('--config', file, '--port', '8080')
  expect(text).toContain(` file  ${file}\n`)
  const lines = text.split('\n').filter((line) => line.includes('  '))
  const line = (key: string): string[] =>
    lines
      .find((one) => one.startsWith(` ${key} `))!
      .trim()
      .split(/ {2,}/)
  expect(line('server.host')).toEqual(['server.host', '"0.0.0.0"', `${file}:5`])
  expect(line('server.port')).toEqual(['server.port', '8080', '--port'])
  expect(line('memory.passages')).toEqual(['memory.passages', '4', 'RT_PASSAGES'])
  expect(line('engine.download')).toEqual(['engine.download', 'true', 'default'])
  expect(line('engine.threads')).toEqual(['engine.threads', '(the number of cores, at most 8)', 'default'])
  expect(line('models.fast')).toEqual(['models.fast', '["smollm2:135m"]', `${file}:3`])
  expect(new Set(lines.slice(1).map((one) => one.search(/(?<= {2})(default|RT_|--|\/)[^ ]*$/))).size).toBe(1)
})

it('prints the same as JSON, and the file', async () => {
  await writeFile(file, 'rt = 1\n[server]\nport = 1\n')
  const { file: read, settings } = JSON.parse(await run('--config', file, '--json')) as {
    file: string
    settings: { key: string; value: unknown; origin: object }[]
  }
  expect(read).toBe(file)
  expect(settings.find(({ key }) => key === 'server.port')).toEqual({
    key: 'server.port',
    value: 1,
    origin: { from: 'file', file, line: 3 },
  })
  expect(settings.find(({ key }) => key === 'engine.threads')!.value).toBeNull()
  vi.stubEnv('RT_CONFIG', file)
  expect(await run('path')).toBe(`${file}\n`)
})

it('says so when there is no file', async () => {
  vi.stubEnv('RT_CONFIG', 'none')
  expect(await run()).toContain(' file  none')
  expect(JSON.parse(await run('--json'))).toMatchObject({ file: null })
  await expect(run('path')).rejects.toMatchObject({ code: 'not_found' })
})

it('prints the JSON Schema, also beside a file with mistakes', async () => {
  await writeFile(file, 'rt = 1\nprot = 1\n')
  expect(JSON.parse(await run('schema', '--config', file))).toMatchObject({
    required: ['rt'],
    additionalProperties: false,
  })
  expect(await run('path', '--config', file)).toBe(`${file}\n`)
})

it('never prints a secret, as text or as JSON', async () => {
  await writeFile(
    file,
    'rt = 1\n[models]\nchat = "https://user:canary@example.org/m.gguf?token=canary"\n[chat]\nsystem = "env:MY_SECRET"\n',
  )
  vi.stubEnv('MY_SECRET', 'canary')
  vi.stubEnv('RT_API_KEY', 'canary')
  vi.stubEnv('RT_EMBED', 'https://canary@example.org/e')
  const text = await run('--config', file)
  const json = await run('--config', file, '--json')
  expect(text + json).not.toContain('canary')
  expect(text).toContain('"env:MY_SECRET"')
  expect(text).toMatch(/api_key +"set" +RT_API_KEY/)
  expect(text).toContain('https://…@example.org')
})

it('lets no text of the file drive a terminal, as text or as JSON', async () => {
  const evil = 'a\u009b31m\u007f\u001b[2J'
  await writeFile(file, `rt = 1\n[chat]\nsystem = "a\\u009b31m\\u007f\\u001b[2J"\n`)
  const json = await run('--config', file, '--json')
  const text = await run('--config', file)
  expect(`${json}${text}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  const { settings } = JSON.parse(json) as { settings: { key: string; value: unknown }[] }
  expect(settings.find(({ key }) => key === 'chat.system')!.value).toBe(evil)
})

it('refuses what it does not know', () => {
  expect(() => parseCommand(command, ['schem'])).toThrow(
    expect.objectContaining({ message: expect.stringContaining('schem') }),
  )
})

it('names a config.toml here that is not read, and one of the project', async () => {
  const project = join(root, 'project')
  const inner = join(project, 'src')
  await mkdir(inner, { recursive: true })
  await writeFile(join(project, 'package.json'), '{}')
  await writeFile(join(project, 'config.toml'), '[server]\nport = 1\nrt = 1\n')
  vi.spyOn(process, 'cwd').mockReturnValue(project)
  const why = 'is here but is not read: it does not say rt = 1 above its first table.'
  expect(await run()).toContain(`\n note  ./config.toml ${why}\n`)
  expect(JSON.parse(await run('--json'))).toMatchObject({ file: null, notRead: join(project, 'config.toml') })
  vi.spyOn(process, 'cwd').mockReturnValue(inner)
  expect(await run()).toContain(`\n note  ../config.toml ${why}\n`)
  expect(await run('--config', file).catch(String)).not.toContain('is here')
  vi.stubEnv('RT_CONFIG', 'none')
  expect(await run()).not.toContain('note')
  vi.stubEnv('RT_CONFIG', undefined)
  await writeFile(join(project, 'config.toml'), 'rt = 1\n')
  expect(await run()).not.toContain('note')
  expect(JSON.parse(await run('--json'))).not.toHaveProperty('notRead')
})

it('says nothing of a config.toml above the project', async () => {
  const project = join(root, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{}')
  await writeFile(file, 'title = "a site"\n')
  vi.spyOn(process, 'cwd').mockReturnValue(project)
  expect(await run()).not.toContain('note')
})

it('shows the real folders of data and models', async () => {
  await writeFile(join(root, 'package.json'), '{}')
  vi.spyOn(process, 'cwd').mockReturnValue(root)
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'))
  const rows = async (): Promise<Record<string, { value: unknown; origin: unknown }>> => {
    const { settings } = JSON.parse(await run('--json')) as {
      settings: { key: string; value: unknown; origin: unknown }[]
    }
    return Object.fromEntries(settings.map(({ key, value, origin }) => [key, { value, origin }]))
  }
  const found = await rows()
  expect(found['data']).toEqual({ value: join(root, '.rt'), origin: { from: 'default' } })
  expect(found['models_folder']).toEqual({
    value: expect.stringMatching(/rt.models$/) as unknown,
    origin: { from: 'default' },
  })
  vi.stubEnv('RT_DATA', 'mine')
  vi.stubEnv('RT_MODELS', join(root, 'disk'))
  const named = await rows()
  expect(named['data']).toEqual({ value: join(root, 'mine'), origin: { from: 'environment', name: 'RT_DATA' } })
  expect(named['models_folder']!.value).toBe(join(root, 'disk'))
})
