import { collect, createMessage, type StreamPart } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let ill: GgufModel
let well: GgufModel
beforeAll(async () => {
  ;({ engine, model: ill } = await loadSmollm2({ contextTokens: 512, sequences: 1 }))
  const { files } = await createCatalog().ensure('smollm2:135m', {})
  well = await engine.load({ id: 'well', path: files.model, contextTokens: 256, sequences: 1 })
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const story = { messages: [createMessage('user', 'Tell me a long story.')], maxOutputTokens: 200 }
const short = { ...story, maxOutputTokens: 3 }

/** As llama.cpp ends at a failed GGML_ASSERT. */
const abortHost = (): void => void process.kill(engine.pid!, 'SIGABRT')

/** All parts of an answer; `onText` is called at its first text. */
const read = async (model: GgufModel, onText: () => void): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of model.stream(story)) {
    if (part.type === 'text-delta' && !parts.some(({ type }) => type === 'text-delta')) onText()
    parts.push(part)
  }
  return parts
}
const ends = (parts: StreamPart[]): StreamPart[] =>
  parts.filter(({ type }) => ['finish', 'error', 'abort'].includes(type))

const crashed = [{ type: 'error', error: { code: 'engine_crashed', data: { signal: 'SIGABRT' } } }]

test('an abort of native code ends every open stream with one error; who is there each time is refused, the other answers', async () => {
  let streaming = 0
  const abortWhenBoth = (): void => void (++streaming === 2 && abortHost())
  const both = await Promise.all([read(ill, abortWhenBoth), read(well, abortWhenBoth)])
  for (const parts of both) expect(ends(parts)).toMatchObject(crashed)

  // Counting its tokens loads it again and proves nothing.
  expect(await ill.countTokens(story)).toBeGreaterThan(3)
  expect(ends(await read(ill, abortHost))).toMatchObject(crashed)
  expect((await ill.state()).quarantine).toBeUndefined()
  expect(ends(await read(ill, abortHost))).toMatchObject(crashed)

  const refused = { code: 'model_unavailable', retryable: false, data: { crashes: 3 } }
  expect(await read(ill, abortHost)).toMatchObject([{ type: 'start' }, { type: 'error', error: refused }])
  await expect(ill.countTokens(story)).rejects.toMatchObject(refused)
  expect(await ill.state()).toMatchObject({ weightsBytes: 0, quarantine: { crashes: 3 } })

  expect((await collect(well.stream(short))).finishReason).toBe('length')
  expect((await well.state()).quarantine).toBeUndefined()
})

test('loading it anew does not help; loading it in another way is another try', async () => {
  const { files } = await createCatalog().ensure('smollm2:135m', {})
  const file = { id: 'ill', path: files.model, sequences: 1 }
  await expect(engine.load({ ...file, contextTokens: 512 })).rejects.toMatchObject({
    code: 'model_unavailable',
    hint: expect.stringContaining('smaller context') as unknown,
  })
  await using smaller = await engine.load({ ...file, contextTokens: 128 })
  expect((await collect(smaller.stream(short))).finishReason).toBe('length')
})
