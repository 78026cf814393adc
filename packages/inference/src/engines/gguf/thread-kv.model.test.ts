import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, createMessage, type Message, type ModelRequest } from '@rt/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { createGgufEngine } from './engine.ts'
import type { GgufEngine, GgufModel, GgufModelOptions } from './options.ts'

const PIECE = 64

let kvFolder: string
let engine: GgufEngine
let model: GgufModel

beforeEach(async () => {
  kvFolder = join(await mkdtemp(join(tmpdir(), 'rt-kv-')), 'kv')
  await start()
})
afterEach(async () => {
  await engine[Symbol.asyncDispose]()
  await rm(join(kvFolder, '..'), { recursive: true, force: true })
})

const start = async (options: Partial<GgufModelOptions> = {}): Promise<void> => {
  const { files } = await createCatalog().ensure('smollm2:135m', {})
  engine = createGgufEngine({ threads: 1, kvFolder })
  model = await engine.load({ id: 'smollm2:135m', path: files.model, contextTokens: 1024, sequences: 2, ...options })
}
const restart = async (options?: Partial<GgufModelOptions>): Promise<void> => {
  await engine[Symbol.asyncDispose]()
  await start(options)
}

const SYSTEM = 'You are the guide of a small museum of clocks, and you answer in one friendly sentence. '.repeat(10)
const first: Message[] = [createMessage('system', SYSTEM), createMessage('user', 'When do you open?')]
const ask = (request: Partial<ModelRequest> = {}) =>
  collect(model.stream({ messages: first, maxOutputTokens: 16, principal: 'ada', cacheKey: 'thread', ...request }))
const greedy = { temperature: 0 }
const seeded = (seed: number) => ({ temperature: 1.2, topK: 0, topP: 1, seed })
const saved = async (): Promise<string[]> =>
  (await readdir(kvFolder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

test('a thread goes on after a restart as if there had been none, and nobody else profits', async () => {
  const answer = await ask({ sampling: greedy })
  const messages = [...first, ...answer.messages, createMessage('user', 'Thank you! And on Sundays?')]
  const warm = await ask({ messages, sampling: greedy })
  expect(warm.usage.cacheRead).toBeGreaterThan(2 * PIECE)
  await restart()

  const files = await saved()
  expect(files).toHaveLength(1)
  expect(files[0]).not.toMatch(/ada|thread/)
  expect((await stat(files[0]!)).mode & 0o777).toBe(0o600)
  expect((await model.state()).saved).toEqual({ threads: 1, bytes: (await stat(files[0]!)).size })

  const other = await ask({ principal: 'eve', messages, sampling: greedy })
  expect(other.usage.cacheRead).toBe(0)
  const again = await ask({ messages, sampling: greedy })
  expect(again.usage.cacheRead).toBeGreaterThanOrEqual(warm.usage.cacheRead)
  expect(again.text).toBe(warm.text)
  expect(other.text).toBe(warm.text)
})

test('a seed repeats an answer on what was restored, of which whole pieces count', async () => {
  const cold = await ask({ sampling: seeded(5) })
  expect(cold.usage.cacheRead).toBe(0)
  await restart()
  const restored = await ask({ sampling: seeded(5) })
  expect(restored.usage.cacheRead).toBeGreaterThanOrEqual(2 * PIECE)
  expect(restored.usage.cacheRead % PIECE).toBe(0)
  expect(restored.text).toBe(cold.text)
})

test('a byte that was flipped costs a cold prompt, and the answer is right', async () => {
  const cold = await ask({ sampling: greedy })
  await engine[Symbol.asyncDispose]()
  const [path = ''] = await saved()
  const bytes = await readFile(path)
  const middle = bytes.length >> 1
  bytes[middle] = bytes[middle]! ^ 0x40
  await writeFile(path, bytes)
  await start()
  const again = await ask({ sampling: greedy })
  expect(again.usage.cacheRead).toBe(0)
  expect(again.text).toBe(cold.text)
})

test('a model that is let go saves its threads for when it is loaded again', async () => {
  const { files } = await createCatalog().ensure('smollm2:135m', {})
  const cold = await ask({ sampling: greedy })
  await model[Symbol.asyncDispose]()
  expect(await saved()).toHaveLength(1)
  model = await engine.load({ id: 'smollm2:135m', path: files.model, contextTokens: 1024, sequences: 2 })
  const again = await ask({ sampling: greedy })
  expect(again.usage.cacheRead).toBeGreaterThan(2 * PIECE)
  expect(again.text).toBe(cold.text)
})

test('what was saved of one context does not reach another size, nor another file', async () => {
  await ask()
  await restart({ contextTokens: 768 })
  expect((await ask()).usage.cacheRead).toBe(0)
  const { files } = await createCatalog().ensure('smollm2:135m', {})
  const path = join(kvFolder, '..', 'copy.gguf')
  await copyFile(files.model, path)
  await restart({ path })
  expect((await ask()).usage.cacheRead).toBe(0)
  await restart()
  expect((await ask()).usage.cacheRead).toBeGreaterThan(2 * PIECE)
})

test('a thread whose sequence is taken comes back, also out of one context into another', async () => {
  const thread = { sampling: greedy }
  const answer = await ask(thread)
  const messages = [...first, ...answer.messages, createMessage('user', 'Thank you!')]
  // Two at the same time: all sequences share a context from now on, and these two take them.
  const busy = ['one', 'two'].map((name) => ask({ principal: name, cacheKey: name, maxOutputTokens: 4 }))
  await Promise.all(busy)
  const back = await ask({ ...thread, messages })
  expect(back.usage.cacheRead).toBeGreaterThanOrEqual(answer.usage.input)
  // Out of the shared context into the one of a new host.
  await restart()
  const again = await ask({ ...thread, messages })
  expect(again.usage.cacheRead).toBeGreaterThanOrEqual(back.usage.cacheRead)
  expect(again.text).toBe(back.text)
})

test('two threads share a system prompt across the contexts of a pool that was never crowded', async () => {
  const one = await ask({ cacheKey: 'one', sampling: seeded(1) })
  expect(one.usage.cacheRead).toBe(0)
  const two = await ask({ cacheKey: 'two', sampling: seeded(1) })
  expect(two.usage.cacheRead).toBeGreaterThanOrEqual(2 * PIECE)
  expect(two.text).toBe(one.text)
  expect((await model.state()).sequences.open).toBe(2)
  expect((await ask({ cacheKey: 'one', maxOutputTokens: 2 })).usage.cacheRead).toBeGreaterThan(2 * PIECE)
})

test('a thread that is forgotten is neither in memory nor on disk, now and later', async () => {
  await ask()
  await ask({ cacheKey: 'other', messages: [createMessage('user', SYSTEM)] })
  await restart()
  await ask()
  expect(await saved()).toHaveLength(2)
  await engine.forget({ principal: 'ada', thread: 'thread' })
  expect(await saved()).toHaveLength(1)
  expect((await model.state()).saved?.threads).toBe(1)
  await restart()
  expect(await saved()).toHaveLength(1)
  expect((await ask()).usage.cacheRead).toBe(0)

  await engine.forget({ principal: 'ada' })
  expect(await saved()).toEqual([])
})

test('while it is answered, a thread can be forgotten', async () => {
  const { text } = await ask({ maxOutputTokens: 8, sampling: greedy })
  let forgotten: Promise<void> | undefined
  let read = ''
  for await (const part of model.stream({
    messages: first,
    maxOutputTokens: 8,
    sampling: greedy,
    principal: 'ada',
    cacheKey: 'thread',
  })) {
    if (part.type !== 'text-delta') continue
    read += part.text
    forgotten ??= engine.forget({ principal: 'ada', thread: 'thread' })
  }
  await forgotten
  expect(read).toBe(text)
  await engine[Symbol.asyncDispose]()
  expect(await saved()).toEqual([])
})
