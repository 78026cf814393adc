import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, createMessage } from '@rt/core'
import { expect, onTestFinished, test } from 'vitest'
import { writeReranker } from '../../../../packages/inference/src/engines/gguf/__fixtures__/write-reranker.ts'
import { createRuntime } from '../index.ts'
import { createLocalModels, type LocalModels } from './local-models.ts'

const SETTINGS = {
  contextTokens: 512,
  download: false,
  engine: {},
  aliases: {},
  memoryBudget: '75%',
  memoryWait: '30s',
  keepAlive: '5m',
  pinned: [],
}

test('the adapter of a Modelfile reaches the engine', async () => {
  await using models = createLocalModels({
    settings: SETTINGS,
    threads: 1,
    signal: new AbortController().signal,
  })
  const found = await models.fetch('smollm2:135m', 'chat')
  const entry = { ...found.entry, name: 'adapted', preset: { adapters: [{ path: found.files.model, scale: 1 }] } }
  await expect(models.chat({ ...found, entry })).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringContaining('no adapter'),
  })
})

test('a GGUF embedder of the catalog gives vectors', async () => {
  await using models = createLocalModels({
    settings: SETTINGS,
    threads: 1,
    signal: new AbortController().signal,
  })
  const { entry, files, stamps } = await models.fetch('smollm2:135m', 'chat')
  const embedder = await models.embedder({
    entry: { ...entry, name: 'tiny-embed', kind: 'embed', pooling: 'mean', dimensions: 576 },
    files,
    stamps,
  })
  const { vectors } = await embedder.embed(['one', 'two'])
  expect(vectors.map((vector) => vector.length)).toEqual([576, 576])
  expect(embedder).toMatchObject({ id: 'tiny-embed', local: true, maxTokens: 2048 })
  expect(await models.loaded()).toMatchObject([{ id: 'tiny-embed', kind: 'embed', engine: 'gguf' }])
  expect(await models.unload(['tiny-embed'])).toBe(true)
})

const ask = (words: string) => ({ messages: [createMessage('user', words)], maxOutputTokens: 4 })
const inMemory = async ({ loaded }: Pick<LocalModels, 'loaded'>): Promise<string[]> =>
  (await loaded()).map(({ id }) => id)

test('one budget over both engines: the idle one leaves, and comes back with its next request', async () => {
  await using models = createLocalModels({
    settings: { ...SETTINGS, memoryBudget: '600MB' },
    threads: 1,
    embedThreads: 1,
    signal: new AbortController().signal,
  })
  const chat = await models.chat(await models.fetch('smollm2:135m', 'chat'))
  expect((await collect(chat.stream(ask('Hi.')))).text).not.toBe('')
  const [held] = await models.loaded()
  expect(held).toMatchObject({ id: 'smollm2:135m', memory: { measuredBytes: expect.any(Number) } })
  expect(held!.unloadsInMs).toBeLessThanOrEqual(300_000)
  const embedder = await models.embedder(await models.fetch('bge-small-en-v1.5', 'embed'))
  expect(await inMemory(models)).toEqual(['bge-small-en-v1.5'])
  expect((await collect(chat.stream(ask('Hi.')))).text).not.toBe('')
  expect(await inMemory(models)).toEqual(['smollm2:135m'])
  expect((await embedder.embed(['one'])).vectors[0]).toHaveLength(384)
  const { budgetBytes, usedBytes, processes } = models.memory()
  expect(processes.map(({ id }) => id)).toEqual(['gguf engine', 'onnx engine'])
  expect(usedBytes).toBeLessThanOrEqual(budgetBytes)
})

test('two that cannot be in memory at the same time both answer', async () => {
  await using models = createLocalModels({
    settings: { ...SETTINGS, memoryBudget: '600MB' },
    threads: 1,
    embedThreads: 1,
    signal: new AbortController().signal,
  })
  const chat = await models.chat(await models.fetch('smollm2:135m', 'chat'))
  const embedder = await models.embedder(await models.fetch('bge-small-en-v1.5', 'embed'))
  const [answer, { vectors }] = await Promise.all([collect(chat.stream(ask('Hi.'))), embedder.embed(['one'])])
  expect([answer.finishReason, vectors.length]).toEqual(['length', 1])
})

test('a context that fits no memory is refused by name and with numbers, before anything is loaded', async () => {
  await using models = createLocalModels({
    settings: { ...SETTINGS, memoryBudget: '450MB', contextTokens: 8192 },
    threads: 1,
    signal: new AbortController().signal,
  })
  await expect(models.chat(await models.fetch('smollm2:135m', 'chat'))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(/contextTokens is 8192.* KV cache 189 MB, .*450 MB together/),
    data: { field: 'contextTokens', kvBytes: 188_743_680 },
  })
  expect(await models.loaded()).toEqual([])
})

test('a request may ask that the model goes with its answer', async () => {
  await using models = createLocalModels({ settings: SETTINGS, threads: 1, signal: new AbortController().signal })
  const found = await models.fetch('smollm2:135m', 'chat')
  const chat = await models.chat(found, { keepAliveMs: 0 })
  expect(await inMemory(models)).toEqual(['smollm2:135m'])
  expect(await chat.countTokens(ask('Hi.'))).toBeGreaterThan(1)
  expect(await inMemory(models)).toEqual(['smollm2:135m'])
  await collect(chat.stream(ask('Hi.')))
  await expect.poll(() => inMemory(models)).toEqual([])
  expect(await models.unload(['smollm2:135m'])).toBe(false)
})

test('a GGUF reranker by its path orders texts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-rerank-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const rerank = join(folder, 'tiny.gguf')
  await writeFile(rerank, writeReranker())
  const rt = await createRuntime({
    data: join(folder, 'data'),
    config: false,
    embed: false,
    rerank,
    engine: { gguf: { threads: 1 } },
  })
  onTestFinished(() => rt.close())
  const results = await rt.rerank('a b', ['a b c', 'k l', 'd e f g'], { topK: 2 })
  expect(results).toHaveLength(2)
  expect(results[0]!.score).toBeGreaterThan(results[1]!.score)
  expect((await rt.status()).models).toMatchObject([{ id: rerank, kind: 'rerank', engine: 'gguf' }])
})
