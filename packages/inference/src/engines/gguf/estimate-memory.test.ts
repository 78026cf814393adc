import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GgufInput, number, text, writeGguf } from '../../driver-kit/gguf/__fixtures__/write-gguf.ts'
import { checkFits } from './check-fits.ts'
import { createGgufEngine } from './engine.ts'
import { estimateMemory, estimateVectors } from './estimate-memory.ts'

const Q4_K = 12
/** 4 layers of 8 heads of 64 numbers, 2 of which are shared: 4 * 2 * (64 + 64) * 2 bytes of cache a token. */
const KV_PER_TOKEN = 2048

let folder: string
const path = (name: string): string => join(folder, `${name}.gguf`)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-estimate-'))
  const tensors = {
    tensors: [{ name: 'token_embd.weight', dimensions: [512, 1000], type: Q4_K, offset: 0 }],
    data: 288_000,
  }
  const metadata: GgufInput['metadata'] = [
    ['general.architecture', text('llama')],
    ['llama.block_count', number(4)],
    ['llama.context_length', number(2 ** 24)],
    ['llama.embedding_length', number(512)],
    ['llama.feed_forward_length', number(1024)],
    ['llama.attention.head_count', number(8)],
    ['llama.attention.head_count_kv', number(2)],
  ]
  await writeFile(path('chat'), writeGguf({ metadata, ...tensors }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const chat = (more: object = {}) => ({ id: 'chat', path: path('chat'), ...more })

test('an adapter is refused as it is when it is loaded', async () => {
  await expect(estimateMemory(chat({ adapters: [{ path: path('none') }] }))).rejects.toMatchObject({
    code: 'model_not_found',
    message: expect.stringContaining('none.gguf') as unknown,
  })
  await expect(estimateMemory(chat({ adapters: [{ path: path('chat') }] }))).rejects.toMatchObject({
    code: 'model_invalid',
  })
})

test('caches are those of one conversation, and of all with one more while they move', async () => {
  const { kvBytes, weightsBytes } = await estimateMemory(chat())
  expect(kvBytes).toEqual({ least: 4096 * KV_PER_TOKEN, most: 5 * 4096 * KV_PER_TOKEN })
  expect(weightsBytes).toBeGreaterThan(288_000)
  expect((await estimateMemory(chat({ sequences: 1 }))).kvBytes.most).toBe(4096 * KV_PER_TOKEN)
  expect((await estimateMemory(chat({ kvBudgetBytes: 20e6 }))).kvBytes.most).toBe(20e6)
  expect((await estimateMemory(chat({ kvBudgetBytes: 1 }))).kvBytes.most).toBe(4096 * KV_PER_TOKEN)
})

test('a longer context takes more, and what was asked for is said', async () => {
  const [short, long] = [
    await estimateMemory(chat({ contextTokens: 1024 })),
    await estimateMemory(chat({ contextTokens: 65_536 })),
  ]
  expect([short.contextTokens, (await estimateMemory(chat())).contextTokens]).toEqual([1024, undefined])
  expect(long.kvBytes.least).toBe(64 * short.kvBytes.least)
  expect(long.otherBytes).toBeGreaterThan(short.otherBytes)
})

test('a model for chat that gives vectors from whole texts computes what it would write', async () => {
  const options = { ...chat(), maxTokens: 1024 }
  const last = await estimateVectors({ ...options, task: 'embed', pooling: 'last' })
  const mean = await estimateVectors({ ...options, task: 'embed', pooling: 'mean' })
  expect(mean.otherBytes - last.otherBytes).toBeGreaterThan(500 * 2 * 1000 * 4)
})

test('a context that no memory holds is refused by name, with the numbers', async () => {
  await expect(checkFits(chat({ contextTokens: 2 ** 24 }), 8e9)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/^contextTokens is 16777216, .*KV cache 34\.4 GB.*this machine has 8\.0 GB\.$/),
    data: { field: 'contextTokens', memoryBytes: 8e9 },
  })
  await checkFits(chat({ contextTokens: 4096 }), 8e9)
})

test.each([
  ['contextTokens', 2 ** 31],
  ['contextTokens', 0],
  ['contextTokens', -1],
  ['contextTokens', 1.5],
  ['contextTokens', Number.NaN],
  ['contextTokens', Infinity],
  ['sequences', 0],
  ['sequences', 2 ** 31],
  ['kvBudgetBytes', 0],
  ['kvBudgetBytes', Number.NaN],
])('%s %d is refused by name before a process is started', async (field, value) => {
  await using engine = createGgufEngine()
  const refused = { code: 'invalid_request', data: { field }, message: expect.stringContaining(field) }
  await expect(engine.load(chat({ [field]: value }))).rejects.toMatchObject(refused)
  await expect(engine.estimate(chat({ [field]: value }))).rejects.toMatchObject(refused)
  expect(engine.pid).toBeUndefined()
})

test.each([0, Number.NaN, 1e9])('%d threads are refused before a process makes them', (threads) => {
  expect(() => createGgufEngine({ threads })).toThrow(
    expect.objectContaining({ code: 'invalid_request', data: { field: 'threads' } }),
  )
})

test('a pooling nobody knows is refused', async () => {
  await using engine = createGgufEngine()
  const pooling = 'max' as 'mean'
  await expect(engine.loadEmbedder({ ...chat(), pooling })).rejects.toMatchObject({ data: { field: 'pooling' } })
  expect(engine.pid).toBeUndefined()
})

test("a model's own sampling is held to the ranges of a request's", async () => {
  await using engine = createGgufEngine()
  for (const [sampling, field] of [
    [{ topP: 7 }, 'sampling.topP'],
    [{ temperature: Number.NaN }, 'sampling.temperature'],
    [{ dry: { multiplier: -1 } }, 'sampling.dry.multiplier'],
  ] as const)
    await expect(engine.load(chat({ sampling }))).rejects.toMatchObject({ code: 'invalid_request', data: { field } })
  expect(engine.pid).toBeUndefined()
})

test.each([0, -1, Number.NaN, 2 ** 31])('maxTokens %d is refused in the same way', async (maxTokens) => {
  await using engine = createGgufEngine()
  const refused = { code: 'invalid_request', data: { field: 'maxTokens' } }
  await expect(engine.loadEmbedder(chat({ maxTokens }))).rejects.toMatchObject(refused)
  await expect(engine.loadReranker(chat({ maxTokens }))).rejects.toMatchObject(refused)
  expect(engine.pid).toBeUndefined()
})

test('a context longer than the model was trained for is refused before anything is loaded', async () => {
  await using engine = createGgufEngine()
  await expect(engine.estimate(chat({ contextTokens: 2 ** 24 }))).resolves.toMatchObject({ contextTokens: 2 ** 24 })
  await writeFile(
    path('short'),
    writeGguf({
      metadata: [
        ['general.architecture', text('llama')],
        ['llama.context_length', number(2048)],
      ],
    }),
  )
  await expect(engine.estimate({ id: 'short', path: path('short'), contextTokens: 4096 })).rejects.toMatchObject({
    code: 'invalid_request',
    data: { field: 'contextTokens', trainContextTokens: 2048 },
  })
  expect(engine.pid).toBeUndefined()
})
