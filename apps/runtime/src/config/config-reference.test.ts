import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configReference } from './config-reference.ts'
import { configFields } from './fields.ts'
import { configJsonSchema } from './json-schema.ts'
import { loadConfig } from './load-config.ts'
import { SETTINGS } from './settings-table.ts'

const PAGE = new URL('../../../../docs/configuration.md', import.meta.url)

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-config-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('every setting is a key of the schema; other keys are to come or of what only a file names', () => {
  const written = configFields().flatMap(({ path, note }) => (note?.setting ? [path.join('.')] : []))
  expect(written.toSorted()).toEqual(SETTINGS.map(({ key }) => key).toSorted())
  const rest = configFields().filter(({ note, keys }) => note && !note.setting && !note.later && !keys)
  const tables = new Set(rest.map(({ path }) => path.slice(0, path.at(-1) === '*' ? 2 : 1).join('.')))
  expect([...tables]).toEqual([
    'rt',
    'models.*',
    'engine',
    'tools',
    'guards',
    'providers',
    'router',
    'vector',
    'limits',
    'mcp',
  ])
})

describe('the reference', () => {
  const reference = configReference()
  const tableOf = (name: string) => reference.find(({ table }) => table === name)

  it('says of every key what it means', () => {
    const rows = reference.flatMap((table) => table.rows)
    expect(rows.length).toBeGreaterThan(30)
    expect(rows.filter(({ meaning, type }) => !meaning || !type)).toEqual([])
  })

  it('names tables as they are written, each with what it is for', () => {
    const names = reference.map(({ table }) => table)
    expect(names).toEqual(expect.arrayContaining(['[providers.NAME]', '[router.budget]', '[limits.models.MODEL]']))
    expect(new Set(names).size).toBe(names.length)
    expect(tableOf('[limits.models.MODEL]')?.meaning).toContain('Limits of one model')
    expect(tableOf('[router.budget]')?.meaning).toContain('What may be spent')
    expect(tableOf('[server]')?.meaning).toBeUndefined()
  })

  it('says what holds without a key, and what is not there yet of those only that are not', () => {
    const later = reference.filter(({ rows }) => rows.some((row) => row.later)).map(({ table }) => table)
    expect(later).toEqual(['[observe]', '[state]'])
    expect(tableOf('[router]')?.rows.find(({ key }) => key === 'retries')?.otherwise).toBe('2')
  })
})

describe('the JSON Schema', () => {
  interface Json {
    description?: string
    properties?: Record<string, Json>
    additionalProperties?: Json | boolean
  }

  const undescribed = (schema: Json, path: string): string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, below]) => [
      ...(below.description || below.properties || below.additionalProperties ? [] : [`${path}.${key}`]),
      ...undescribed(below, `${path}.${key}`),
    ])

  it('describes every key and refuses others', () => {
    const schema = configJsonSchema() as Json
    expect(undescribed(schema, '')).toEqual([])
    expect(schema.additionalProperties).toBe(false)
    expect(schema.properties!['server']!.additionalProperties).toBe(false)
    const { additionalProperties: provider } = schema.properties!['providers']!
    expect(provider).toMatchObject({
      additionalProperties: false,
      properties: { price: { required: ['input', 'output'] } },
    })
  })

  it('takes env:NAME where text has a pattern', () => {
    const text = JSON.stringify(configJsonSchema())
    const patterns = Array.from(
      text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g),
      ([, one]) => JSON.parse(one!) as string,
    )
    const names = patterns.filter((pattern) => !pattern.includes('%'))
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((pattern) => !new RegExp(pattern).test('env:NAME'))).toEqual([])
  })
})

it('every example of the page is read as it stands', async () => {
  const page = await readFile(PAGE, 'utf8')
  const examples = Array.from(page.matchAll(/^```toml\n([^]*?)^```$/gm), ([, text]) => text!)
  expect(examples.length).toBeGreaterThan(1)
  for (const example of examples) {
    await writeFile(join(root, 'config.toml'), example)
    const { file } = await loadConfig(
      {},
      { env: { DATABASE_URL: 'postgres://db.internal/rt' }, cwd: root, config: 'config.toml' },
    )
    expect(file).toBe(join(root, 'config.toml'))
  }
})
