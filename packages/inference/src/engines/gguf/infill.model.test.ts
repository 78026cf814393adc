import { collect, type StreamPart } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { createGgufEngine } from './engine.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let coder: GgufModel

beforeAll(async () => {
  engine = createGgufEngine({ threads: 1 })
  const { entry, files } = await createCatalog().ensure('qwen2.5-coder:1.5b', {})
  coder = await engine.load({ id: entry.name, path: files.model, contextTokens: 256, sequences: 1 })
}, 60_000)
afterAll(() => engine?.[Symbol.asyncDispose]())

const around = { prefix: 'def add(a, b):\n    return ', suffix: '\n\nprint(add(1, 2))\n' }

test('a model for code fills a gap, and streams parts of an answer', async () => {
  expect(coder.capabilities.infill).toBe(true)
  const { text, usage, finishReason } = await collect(coder.infill(around))
  expect(text).toContain('a + b')
  expect(finishReason).toBe('stop')
  expect(usage.output).toBeGreaterThan(1)
})

test('stop texts, a limit and an abort hold for a gap too', async () => {
  expect(await collect(coder.infill({ ...around, stop: [' + b'] }))).toMatchObject({ text: 'a', finishReason: 'stop' })
  expect(await collect(coder.infill({ ...around, maxOutputTokens: 1 }))).toMatchObject({ finishReason: 'length' })
  const parts: StreamPart[] = []
  for await (const part of coder.infill(around, { signal: AbortSignal.abort() })) parts.push(part)
  expect(parts.at(-1)).toMatchObject({ type: 'abort' })
})

test('texts that are too long are read where they are near the gap, with a warning', async () => {
  const filler = '# a remark that says nothing of interest\n'.repeat(100)
  const parts: StreamPart[] = []
  const request = { prefix: filler + around.prefix, suffix: around.suffix + filler, maxOutputTokens: 8 }
  for await (const part of coder.infill(request)) parts.push(part)
  expect(parts.find(({ type }) => type === 'warning')).toMatchObject({ id: 'infill_cut' })
  expect(parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')).toContain('a + b')
})

test('a model without such tokens says so; tokens and text go back and forth', async () => {
  const small = await loadSmollm2()
  await using _ = small.engine
  expect(small.model.capabilities.infill).toBe(false)
  const parts: StreamPart[] = []
  for await (const part of small.model.infill(around)) parts.push(part)
  expect(parts.at(-1)).toMatchObject({ type: 'error', error: { code: 'unsupported' } })

  const text = 'Zwölf <|im_end|> 🦊 bytes'
  const tokens = await small.model.tokenize(text)
  expect(await small.model.detokenize(tokens)).toBe(text)
  const special = await small.model.tokenize(text, { special: true })
  expect(special.length).toBeLessThan(tokens.length)
  expect(await small.model.detokenize(special)).not.toContain('im_end')
  expect(await small.model.detokenize(special, { special: true })).toBe(text)
  for (const wrong of [-1, 1e9, 0.5])
    await expect(small.model.detokenize([wrong])).rejects.toMatchObject({ code: 'invalid_request' })
})
