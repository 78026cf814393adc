import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTelemetry } from '../../create-telemetry.ts'
import { createSqliteExporter } from './create-sqlite-exporter.ts'
import { createTraceReader } from './create-trace-reader.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-observe-'))
  path = join(folder, 'rt.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'smollm2:135m',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.cache_read.input_tokens': 60,
  'gen_ai.usage.output_tokens': 7,
  'rt.local': true,
}

test('a request comes back as one tree with its totals', async () => {
  await using database = await openDatabase({ path })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  const reader = createTraceReader({ database })
  expect(await reader.last()).toBeUndefined()

  telemetry.span('an older one').end()
  const root = telemetry.span('request')
  const first = root.child('chat smollm2:135m', chat)
  first.event('first token', { step: 1 })
  first.end()
  const tool = root.child('execute_tool weather')
  tool.child('http').end()
  tool.end(new RtError({ code: 'tool_timeout', message: 'weather took too long.' }))
  root.child('chat smollm2:135m', chat).end()
  root.end()
  await telemetry.flush()

  const trace = await reader.last()
  expect(trace).toMatchObject({
    traceId: root.traceId,
    name: 'request',
    status: 'ok',
    models: ['smollm2:135m'],
    usage: { input: 80, cacheRead: 120, cacheWrite: 0, output: 14, reasoning: 0 },
    cost: { usd: 0, unpriced: [] },
    spans: [
      {
        name: 'request',
        children: [
          {
            name: 'chat smollm2:135m',
            attributes: { ...chat, 'rt.cost.usd': 0 },
            events: [{ name: 'first token', attributes: { step: 1 } }],
          },
          {
            name: 'execute_tool weather',
            status: 'error',
            message: 'weather took too long.',
            children: [{ name: 'http' }],
          },
          { name: 'chat smollm2:135m', children: [] },
        ],
      },
    ],
  })
  const list = await reader.list()
  expect(list.map(({ name }) => name)).toEqual(['request', 'an older one'])
  expect(list[0]).not.toHaveProperty('spans')
  expect(await reader.list({ limit: 1 })).toHaveLength(1)
})

test('a call without a price makes the total unknown, not too small', async () => {
  await using database = await openDatabase({ path })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  const remote = {
    ...chat,
    'rt.local': false,
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-4-5',
  }
  const root = telemetry.span('request')
  root.child('chat a', remote).end()
  root.child('chat b', { ...remote, 'gen_ai.request.model': 'nobody-1' }).end()
  root.end()
  await telemetry.flush()
  expect((await createTraceReader({ database }).last())?.cost).toEqual({
    usd: null,
    unpriced: ['anthropic/nobody-1'],
    localMs: 0,
  })
})

test('a trace is found by its id or the beginning of it', async () => {
  await using database = await openDatabase({ path })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  const reader = createTraceReader({ database })
  const ids = Array.from({ length: 17 }, () => {
    const span = telemetry.span('request')
    span.end()
    return span.traceId
  })
  await telemetry.flush()
  for (const id of ids.slice(0, 3)) {
    expect((await reader.get(id)).traceId).toBe(id)
    expect((await reader.get(id.slice(0, 12).toUpperCase())).traceId).toBe(id)
  }
  // 17 ids over 16 first characters: two of them share one.
  const shared = ids.map((id) => id[0]!).find((first, index, all) => all.indexOf(first) !== index)!
  await expect(reader.get(shared)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('more than one') as string,
  })
  for (const id of ['0'.repeat(32), 'last', '', '%'])
    await expect(reader.get(id)).rejects.toMatchObject({ code: 'not_found' })
})

test('a reader beside an owner sees what is written, also before the first trace', async () => {
  await using owner = await openDatabase({ path })
  await owner.write({ sql: 'CREATE TABLE something (x)' })
  await using beside = await openDatabase({ path, readOnly: true })
  const reader = createTraceReader({ database: beside })
  expect([await reader.last(), await reader.list()]).toEqual([undefined, []])
  await expect(reader.get('a')).rejects.toMatchObject({ code: 'not_found' })

  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database: owner })] })
  telemetry.span('request').end()
  await telemetry.flush()
  expect((await reader.last())?.name).toBe('request')
})

test('a batch that ends inside a transaction is written all the same', async () => {
  await using database = await openDatabase({ path })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })], maxQueue: 1 })
  await database.transaction(async (transaction) => {
    telemetry.span('memory.commit').end()
    for (let i = 0; i < 5; i++) await transaction.all('SELECT 1')
  })
  await telemetry.flush()
  expect([telemetry.dropped, (await createTraceReader({ database }).last())?.name]).toEqual([0, 'memory.commit'])
})

test('old traces go, whole', async () => {
  await using database = await openDatabase({ path })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  const root = telemetry.span('old')
  root.child('inside').end()
  root.end()
  await telemetry.flush()
  await createSqliteExporter({ database, keepDays: 1 })
  expect(await createTraceReader({ database }).list()).toHaveLength(1)
  await createSqliteExporter({ database, keepDays: -1 })
  expect(await database.all('SELECT * FROM spans')).toEqual([])
})
