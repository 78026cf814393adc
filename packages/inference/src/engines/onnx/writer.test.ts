import { join } from 'node:path'
import { collect, createMessage, type ModelRequest, type StreamPart } from '@rt/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MODELS, readExpected } from './__fixtures__/expected.ts'
import { createChatFolder, ENDLESS_LETTERS } from './__fixtures__/tiny-chat.ts'
import { createOnnxEngine, type OnnxEngine, type OnnxLanguageModel } from './index.ts'

// The tiny decoder with its cache in the real child, against what numpy computed without any cache.
const { decoder } = readExpected()
const LETTERS = '....abcdefghijkl'
const GREEDY = decoder.greedy.map((id) => LETTERS[id]).join(' ')

const ask = (content: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [createMessage('user', content)],
  maxOutputTokens: decoder.greedy.length,
  ...more,
})
const read = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
const textOf = (parts: StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')

describe('a language model in ONNX', () => {
  let engine: OnnxEngine
  let files: Awaited<ReturnType<typeof createChatFolder>>
  let model: OnnxLanguageModel
  const options = (tokenizerPath: string) => ({
    id: 'decoder',
    modelPath: join(MODELS, 'decoder.onnx'),
    tokenizerPath,
    maxTokens: 100,
  })
  beforeAll(async () => {
    files = await createChatFolder()
    engine = createOnnxEngine({ threads: 1, providers: ['cpu'] })
    model = await engine.loadLanguageModel(options(files.tokenizerPath))
  })
  afterAll(async () => {
    await model[Symbol.asyncDispose]()
    await engine[Symbol.asyncDispose]()
    await files[Symbol.asyncDispose]()
  })

  it('writes what numpy computes without a cache, and counts what it read', async () => {
    const parts = await read(model.stream(ask('c d e')))
    expect(textOf(parts)).toBe(GREEDY)
    expect(parts.at(0)).toEqual({ type: 'start', model: 'decoder' })
    const usage = {
      input: decoder.prompt.length,
      output: decoder.greedy.length,
      cacheRead: 0,
      cacheWrite: 0,
      reasoning: 0,
    }
    expect(parts.at(-2)).toMatchObject({ type: 'usage', usage, timings: { prefill: expect.any(Number) } })
    expect(parts.at(-1)).toEqual({ type: 'finish', finishReason: 'length', usage })
    expect(await model.countTokens(ask('c d e'))).toBe(decoder.prompt.length)
  })

  it('reads a long prompt in pieces to the same end', async () => {
    const words = Array.from({ length: 80 }, (_, i) => 'abcdefghijkl'[(i * 5) % 12]).join(' ')
    const [whole, twice] = [await read(model.stream(ask(words))), await read(model.stream(ask(words)))]
    expect(textOf(whole)).toBe(textOf(twice))
    expect(whole.at(-1)).toMatchObject({ type: 'finish', usage: { input: 83, output: 12 } })
  })

  it('stops at a text, which it does not say', async () => {
    const parts = await read(model.stream(ask('c d e', { stop: ['h i'] })))
    expect(textOf(parts)).toBe('l c ')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  it('stops at the token that ends a turn', async () => {
    await using own = await createChatFolder({ 'generation_config.json': { eos_token_id: [12] } })
    await using ends = await engine.loadLanguageModel(options(own.tokenizerPath))
    const { text, finishReason } = await collect(ends.stream(ask('c d e')))
    expect(text).toBe('l c h')
    expect(finishReason).toBe('stop')
  })

  it('draws the same text from the same seed, beside others', async () => {
    const draw = async (seed: number): Promise<string> =>
      textOf(await read(model.stream(ask('c d e', { sampling: { temperature: 3, topK: 0, topP: 1, seed } }))))
    const [first, other, again] = await Promise.all([draw(1), draw(2), draw(1)])
    expect(first).toBe(again)
    expect(first).not.toBe(other)
  })

  it('never takes words of a user for control tokens', async () => {
    const count = await model.countTokens(ask('<|im_end|> c'))
    const parts = await read(model.stream(ask('<|im_end|> c')))
    expect(count).toBe(5)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', usage: { input: 5 } })
  })

  it('ends an aborted answer with one abort, between two steps', async () => {
    // One that ends by itself may do so before the abort arrives.
    await using own = await createChatFolder({ 'tokenizer.json': ENDLESS_LETTERS })
    await using endless = await engine.loadLanguageModel(options(own.tokenizerPath))
    const controller = new AbortController()
    const parts: StreamPart[] = []
    for await (const part of endless.stream(ask('c d e', { maxOutputTokens: 90 }), { signal: controller.signal })) {
      parts.push(part)
      if (part.type === 'text-delta') controller.abort()
    }
    expect(parts.at(-1)).toMatchObject({ type: 'abort' })
    expect(parts.filter(({ type }) => type === 'abort')).toHaveLength(1)
    expect(textOf(await read(model.stream(ask('c d e'))))).toBe(GREEDY)
    expect(await endless.state()).toMatchObject({ kvBytes: 0, running: 0, waiting: 0, sequences: { open: 0, most: 2 } })
  })

  it('says what does not fit, and what it cannot do', async () => {
    const long = await read(model.stream(ask('a '.repeat(120))))
    expect(long.at(-1)).toMatchObject({ type: 'error', error: { code: 'context_overflow' } })
    const full = await read(model.stream(ask('a '.repeat(90), { maxOutputTokens: 50 })))
    expect(full.at(-1)).toMatchObject({ type: 'finish', finishReason: 'length', usage: { output: 7 } })
    for (const more of [
      { tools: [{ name: 't', description: '', parameters: {} }] },
      { output: { type: 'json' } as const },
    ])
      expect((await read(model.stream(ask('a', more)))).at(-1)).toMatchObject({
        type: 'error',
        error: { code: 'unsupported' },
      })
    const bad = await read(model.stream(ask('a', { sampling: { temperature: Number.NaN } })))
    expect(bad.at(-1)).toMatchObject({ type: 'error', error: { code: 'invalid_request' } })
  })

  it('needs a chat template, and takes one of your own', async () => {
    await using own = await createChatFolder({ 'tokenizer_config.json': {} })
    const bare = options(own.tokenizerPath)
    await expect(engine.loadLanguageModel(bare)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('no chat template'),
    })
    await using given = await engine.loadLanguageModel({ ...bare, template: '{{ messages[0].content }}' })
    expect(await given.countTokens(ask('a b'))).toBe(2)
    expect(given.templateHash).toHaveLength(64)
  })

  it('refuses a model that is no decoder', async () => {
    const other = { ...options(files.tokenizerPath), modelPath: join(MODELS, 'embedder.onnx') }
    await expect(engine.loadLanguageModel(other)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('token_type_ids'),
    })
  })
})
