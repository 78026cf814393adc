import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase, type SqlValue } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTraceReader } from './create-trace-reader.ts'
import { createSqliteExporter } from './create-sqlite-exporter.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-cost-'))
  path = join(folder, 'rt.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const NOON = new Date(2026, 10, 22, 12).getTime()
const daysAgo = (days: number, hour = 12): number => new Date(2026, 10, 22 - days, hour).getTime()
const local = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'smollm2:135m',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.cache_read.input_tokens': 60,
  'gen_ai.usage.output_tokens': 7,
  'gen_ai.usage.reasoning.output_tokens': 2,
  'rt.local': true,
  'rt.cost.usd': 0,
}
const remote = { ...local, 'gen_ai.request.model': 'claude', 'rt.local': false, 'rt.cost.usd': 0.25 }

let spans = 0
const keep = async (database: Database, calls: Array<[number, Record<string, unknown>]>): Promise<void> => {
  await createSqliteExporter({ database, keepDays: 1e6 })
  const rows = calls.map(([at, attributes]): SqlValue[] => {
    const id = String(++spans).padStart(16, '0')
    return [id, id, null, 'call', at, 100, 'ok', null, JSON.stringify(attributes), '[]']
  })
  await database.write({ sql: 'INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', each: rows })
}

test('calls are added up by local day and model, newest day first', async () => {
  await using database = await openDatabase({ path })
  await keep(database, [
    [NOON, local],
    [daysAgo(0, 1), local],
    [NOON, remote],
    [daysAgo(1, 23), remote],
    [daysAgo(1, 0), { ...local, 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'bge' }],
    [NOON, { 'rt.retrieval.mode': 'hybrid', 'gen_ai.operation.name': 'retrieval' }],
  ])
  const usage = { input: 40, cacheRead: 60, cacheWrite: 0, output: 7, reasoning: 2 }
  const twice = { input: 80, cacheRead: 120, cacheWrite: 0, output: 14, reasoning: 4 }
  expect(await createTraceReader({ database }).cost({ now: NOON })).toEqual([
    { day: '2026-11-22', model: 'smollm2:135m', calls: 2, usage: twice, usd: 0, localMs: 200 },
    { day: '2026-11-22', model: 'claude', calls: 1, usage, usd: 0.25, localMs: 0 },
    { day: '2026-11-21', model: 'bge', calls: 1, usage, usd: 0, localMs: 100 },
    { day: '2026-11-21', model: 'claude', calls: 1, usage, usd: 0.25, localMs: 0 },
  ])
})

test('one call of unknown price makes its row unknown, and no other', async () => {
  await using database = await openDatabase({ path })
  const { 'rt.cost.usd': _, ...unpriced } = remote
  await keep(database, [
    [NOON, remote],
    [NOON, { ...unpriced, 'rt.cost.unknown': true }],
    [daysAgo(1), remote],
    // It failed before it was counted: nothing was billed.
    [daysAgo(2), { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'claude' }],
  ])
  const rows = await createTraceReader({ database }).cost({ now: NOON })
  expect(rows.map(({ calls, usd }) => [calls, usd])).toEqual([
    [2, null],
    [1, 0.25],
    [1, 0],
  ])
})

test('services are told apart where their models have one name; what was refused has no price to miss', async () => {
  await using database = await openDatabase({ path })
  const refused = {
    ...remote,
    'gen_ai.usage.input_tokens': 0,
    'gen_ai.usage.output_tokens': 0,
    'rt.cost.usd': undefined,
  }
  await keep(database, [
    [NOON, { ...remote, 'gen_ai.provider.name': 'groq' }],
    [NOON, { ...remote, 'gen_ai.provider.name': 'together' }],
    [NOON, { ...local, 'gen_ai.provider.name': 'rt' }],
    [NOON, { ...refused, 'gen_ai.provider.name': 'refused' }],
  ])
  const rows = await createTraceReader({ database }).cost({ now: NOON })
  expect(rows.map(({ model, usd }) => [model, usd])).toEqual([
    ['groq/claude', 0.25],
    ['refused/claude', 0],
    ['smollm2:135m', 0],
    ['together/claude', 0.25],
  ])
})

test('counts days of the calendar, today included', async () => {
  await using database = await openDatabase({ path })
  await keep(database, [
    [daysAgo(-1), local],
    [daysAgo(0, 0), local],
    [daysAgo(1, 23), local],
    [daysAgo(29, 0), local],
    [daysAgo(30, 23), local],
  ])
  const reader = createTraceReader({ database })
  const found = async (days?: number): Promise<string[]> =>
    (await reader.cost({ now: NOON, ...(days && { days }) })).map(({ day }) => day)
  expect(await found(1)).toEqual(['2026-11-22'])
  expect(await found(2)).toEqual(['2026-11-22', '2026-11-21'])
  expect(await found()).toEqual(['2026-11-22', '2026-11-21', '2026-10-24'])
  for (const days of [0, -1, 1.5, Number.NaN]) {
    await expect(reader.cost({ days })).rejects.toMatchObject({ code: 'invalid_request' })
  }
})

test('works beside an owner for reading only, and before the first trace', async () => {
  await using owner = await openDatabase({ path })
  await owner.write({ sql: 'CREATE TABLE something (x)' })
  await using beside = await openDatabase({ path, readOnly: true })
  const reader = createTraceReader({ database: beside })
  expect(await reader.cost()).toEqual([])
  await keep(owner, [[NOON, local]])
  expect(await reader.cost({ now: NOON })).toHaveLength(1)
})

test.each(['Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia', 'UTC'])('a day is a day in %s', (zone) => {
  const script = new URL('./__fixtures__/cost-around-midnight.ts', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=@rt/source', script, path], {
    env: { ...process.env, NODE_OPTIONS: '', TZ: zone },
    encoding: 'utf8',
  })
  expect([stdout.trim(), stderr]).toEqual(['[["2026-11-02",1],["2026-11-01",2],["2026-10-31",1]]', ''])
})
