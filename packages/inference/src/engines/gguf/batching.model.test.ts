import { readFile } from 'node:fs/promises'
import { collect, createMessage, type Message, type ModelRequest } from '@rt/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel

// For each test: what one left running, or narrowed, is not the next one's, nor that of a second try.
beforeEach(async () => {
  ;({ engine, model } = await loadSmollm2({ contextTokens: 1024, sequences: 8 }))
})
afterEach(() => engine?.[Symbol.asyncDispose]())

const user = (text: string): Message[] => [
  createMessage('system', 'You are a helpful assistant.'),
  createMessage('user', text),
]
const story = (about: number, more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: user(`Write a long story about the number ${about}, with every detail.`),
  cacheKey: `story-${about}`,
  maxOutputTokens: 60,
  ...more,
})
/** Counts tokens as they come; `done` when the stream has ended. */
const start = (request: ModelRequest) => {
  const watched = { deltas: 0, ended: false, done: Promise.resolve() }
  watched.done = (async () => {
    for await (const part of model.stream(request)) {
      if (part.type === 'error') throw new Error(part.error.message)
      if (part.type === 'text-delta') watched.deltas++
    }
    watched.ended = true
  })()
  return watched
}
const batch = async () => (await model.state()).batch ?? { steps: 0, rows: 0, streams: 0 }

/** The first two at the same time open the shared context, and the single one closes. */
const openShared = async () => {
  await Promise.all([1, 2].map((n) => collect(model.stream(story(n, { maxOutputTokens: 2 })))))
}

test('eight streams are written together, each step for all of them, at the same pace', async () => {
  await openShared()
  const before = await batch()
  const streams = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => start(story(n)))
  const furthest = () => Math.max(...streams.map(({ deltas }) => deltas))
  await expect.poll(furthest, { interval: 5, timeout: 60_000 }).toBeGreaterThanOrEqual(30)
  // A story that is over has no pace.
  const paces = streams.filter(({ ended }) => !ended).map(({ deltas }) => deltas)
  expect(paces.length).toBeGreaterThanOrEqual(6)
  expect(Math.max(...paces) / Math.min(...paces)).toBeLessThanOrEqual(1.5)
  await Promise.all(streams.map(({ done }) => done))
  const after = await batch()
  const rows = after.rows - before.rows
  expect(rows / (after.streams - before.streams)).toBeGreaterThanOrEqual(0.95)
  // Those that begin last and end first make some steps smaller.
  expect(rows / (after.steps - before.steps)).toBeGreaterThanOrEqual(5.5)
  expect((await model.state()).sequences).toEqual({ open: 8, most: 8 })
})

test('while a long prompt is read others go on writing, and it can be stopped', async () => {
  const writing = start(story(20, { maxOutputTokens: 400, messages: user('Count from 1 to 1000 in words.') }))
  await expect.poll(() => writing.deltas, { interval: 5, timeout: 60_000 }).toBeGreaterThan(2)
  const seen: { pieces: number; deltas: number }[] = []
  const stop = new AbortController()
  const messages = user('lorem ipsum '.repeat(150))
  const types: string[] = []
  const long = model.stream(
    { messages, cacheKey: 'long', maxOutputTokens: 5 },
    {
      signal: stop.signal,
      onPrefill: ({ done }) => {
        seen.push({ pieces: done, deltas: writing.deltas })
        if (seen.length === 5) stop.abort()
      },
    },
  )
  for await (const { type } of long) types.push(type)
  expect(types.at(-1)).toBe('abort')
  expect(seen.length).toBeLessThanOrEqual(7)
  // A token of the other answer between any two pieces, give or take one message on its way.
  expect(seen.at(-1)!.deltas - seen[0]!.deltas).toBeGreaterThanOrEqual(seen.length - 2)
  await writing.done
})

test('a seed gives the same answer alone, in company, and in a context for one', async () => {
  const seeded = story(30, { maxOutputTokens: 40, sampling: { temperature: 1, topK: 0, topP: 1, seed: 7 } })
  const alone = await collect(model.stream(seeded))
  const others = [31, 32, 33].map((n) => start(story(n)))
  await expect
    .poll(() => Math.min(...others.map(({ deltas }) => deltas)), { interval: 5, timeout: 60_000 })
    .toBeGreaterThan(0)
  const [first, second] = await Promise.all(
    ['a', 'b'].map((cacheKey) => collect(model.stream({ ...seeded, cacheKey }))),
  )
  expect(first!.text).toBe(alone.text)
  expect(second!.text).toBe(alone.text)
  await Promise.all(others.map(({ done }) => done))
  // The text alone proves little: rows of this file are the same in any company, those of Q4_K differ from four on.
  const before = await batch()
  await Promise.all(['a', 'b'].map((cacheKey) => collect(model.stream({ ...seeded, cacheKey }))))
  expect(await batch()).toEqual(before)
  const { engine: other, model: single } = await loadSmollm2({ contextTokens: 1024, sequences: 1 })
  expect((await collect(single.stream(seeded))).text).toBe(alone.text)
  await other[Symbol.asyncDispose]()
})

test('a cached prompt is of no use to another principal, also in a shared context', async () => {
  const request = story(40, { maxOutputTokens: 2 })
  const cacheRead = async (principal: string): Promise<number> =>
    (await collect(model.stream({ ...request, principal }))).usage.cacheRead
  await openShared()
  expect(await cacheRead('ada')).toBe(0)
  const [ada, ...others] = await Promise.all(['ada', 'eve', 'bob'].map(cacheRead))
  expect(ada).toBeGreaterThan(0)
  expect(others).toEqual([0, 0])
})

test('another size of context shares the weights', async () => {
  const { files } = await createCatalog().ensure('smollm2:135m')
  const memory = async (): Promise<number> => {
    const status = await readFile(`/proc/${engine.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }
  const before = process.platform === 'linux' ? await memory() : 0
  const small = await engine.load({ id: 'small', path: files.model, contextTokens: 256 })
  expect(small.info.contextTokens).toBe(256)
  const { text } = await collect(small.stream({ messages: user('What is the capital of France?') }))
  expect(text).toContain('Paris')
  // The weights are 98 MB; a context of 256 tokens takes 6 MB and its buffers.
  if (process.platform === 'linux') expect((await memory()) - before).toBeLessThan(60e6)
  await model[Symbol.asyncDispose]()
  expect((await collect(small.stream({ messages: user('Say hello.') }))).usage.output).toBeGreaterThan(0)
})
