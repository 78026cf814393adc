import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { createSqliteExporter, createTraceReader } from './exporters/sqlite/index.ts'
import { redactAttribute } from './redact.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-redaction-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const CANARIES = [
  'Bearer canary.canary-canary',
  'api_key=canarycanary',
  'sk-ant-api03-canarycanary',
  'hf_canarycanary',
  'rt_canarycanarycanarycanarycanary0123456789abc',
  'Cookie: session=canary; other=canary',
  'https://user:canary@host.test/path',
  'https://s3.test/file?X-Amz-Credential=canary&X-Amz-Signature=canary',
  'https://blob.test/file?sv=2024&sig=canary',
  'eyJcanarycanary.eyJcanary.canary',
]

test('no secret reaches the data file: names, attributes, lists, events, messages of errors', async () => {
  const path = join(folder, 'rt.db')
  await using database = await openDatabase({ path })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  const root = telemetry.span('request', { 'rt.kept': 'an ordinary text' })
  for (const canary of CANARIES) {
    const span = root.child(`fetch ${canary}`, { 'rt.text': `said ${canary} here`, 'rt.list': ['one', canary] })
    span.set({ 'rt.later': canary })
    span.event(`tried ${canary}`, { 'rt.detail': canary })
    span.end(new RtError({ code: 'provider_error', message: `refused ${canary}` }))
  }
  root.child('headers', { 'http.request.header.cookie': 'canary', 'rt.api_key': 'canary', password: 'canary' }).end()
  root.end()
  await telemetry.flush()

  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'))
  expect(files.join()).toContain('an ordinary text')
  expect(files.join()).not.toContain('canary')
  const trace = await createTraceReader({ database }).last()
  expect(trace?.spans[0]?.children).toHaveLength(CANARIES.length + 1)
  expect(trace?.spans[0]?.children[0]).toMatchObject({
    name: 'fetch Bearer [redacted]',
    message: 'refused Bearer [redacted]',
    attributes: { 'rt.text': 'said Bearer [redacted] here', 'rt.list': ['one', 'Bearer [redacted]'] },
    events: [{ name: 'tried Bearer [redacted]', attributes: { 'rt.detail': 'Bearer [redacted]' } }],
  })
})

test('what is no secret stays as it is', () => {
  const attributes = {
    'gen_ai.request.model': 'hf:owner/repo/file.gguf',
    'gen_ai.usage.input_tokens': 1204,
    'rt.retrieval.scores': [1, 0.63],
    'rt.retrieval.ids': ['handbook/travel.md#3', 'handbook/keys.md#1'],
    'rt.local': true,
    'gen_ai.token.type': 'input',
    'server.address': 'http://127.0.0.1:4141/v1',
  }
  for (const [name, value] of Object.entries(attributes)) expect(redactAttribute(name, value)).toEqual(value)
})

test('texts made to take for ever end, and long ones are cut', () => {
  const hostile = ['a.'.repeat(50_000), 'eyJ-'.repeat(25_000), 'cookie '.repeat(20_000), 'bearer '.repeat(20_000)]
  for (const text of hostile) expect(redactAttribute('rt.text', text).length).toBeLessThan(80_000)
})
