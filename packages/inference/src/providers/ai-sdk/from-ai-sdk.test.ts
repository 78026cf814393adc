import { inspect } from 'node:util'
import { collect, createMessage, type LanguageModel, type Message, type ModelRequest, type StreamPart } from '@rt/core'
import { createFakeClock, createScriptedModel } from '@rt/core/testing'
import { APICallError, LoadAPIKeyError } from '@ai-sdk/provider'
import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4StreamPart, RerankingModelV4 } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import { fromAISDK, toAISDK, type FromAISDKOptions, type V4CallOptions } from './index.ts'

const v4Usage = {
  inputTokens: { total: 15, noCache: undefined, cacheRead: 4, cacheWrite: 1 },
  outputTokens: { total: 7, text: 4, reasoning: 3 },
}
const usage = { input: 10, cacheRead: 4, cacheWrite: 1, output: 7, reasoning: 3 }
const finish = (unified: 'stop' | 'length' | 'error' | 'interrupted' | 'other' | 'tool-calls' = 'stop') =>
  ({ type: 'finish', usage: v4Usage, finishReason: { unified, raw: unified } }) as const

const streamOf = <T>(parts: T[]): ReadableStream<T> =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })

/** A model of the AI SDK that streams these parts, or throws this. */
const scriptV4 = (
  script: LanguageModelV4StreamPart[] | Error | ((options: V4CallOptions) => ReadableStream<LanguageModelV4StreamPart>),
  supportedUrls: Record<string, RegExp[]> = {},
): LanguageModelV4 & { calls: V4CallOptions[] } => {
  const calls: V4CallOptions[] = []
  return {
    specificationVersion: 'v4',
    provider: 'scripted.chat',
    modelId: 'm',
    supportedUrls,
    calls,
    doGenerate: () => Promise.reject(new APICallError({ message: 'not used', url: '', requestBodyValues: {} })),
    async doStream(options) {
      calls.push(options)
      if (script instanceof Error) throw script
      if (typeof script === 'function') return { stream: script(options) }
      return { stream: streamOf(script) }
    },
  }
}

const modelOf = (languageModel: LanguageModelV4, options: Partial<FromAISDKOptions> = {}): LanguageModel =>
  fromAISDK({ id: 'mine', languageModel, ...options }).languageModel('m')
const ask = (request: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [createMessage('user', 'Hello?')],
  ...request,
})
const read = async (model: LanguageModel, request = ask(), signal?: AbortSignal): Promise<StreamPart[]> =>
  Array.fromAsync(model.stream(request, { signal }))

describe('a language model of the AI SDK in rt', () => {
  it('streams text and reasoning, with usage told apart', async () => {
    const model = modelOf(
      scriptV4([
        { type: 'stream-start', warnings: [{ type: 'unsupported', feature: 'seed' }] },
        { type: 'response-metadata', id: 'r1' },
        { type: 'reasoning-start', id: '1' },
        { type: 'reasoning-delta', id: '1', delta: 'Hm.' },
        { type: 'reasoning-end', id: '1' },
        { type: 'text-start', id: '2' },
        { type: 'text-delta', id: '2', delta: 'Good ' },
        { type: 'text-delta', id: '2', delta: 'day.' },
        { type: 'text-end', id: '2' },
        finish('length'),
      ]),
    )
    expect(model.id).toBe('mine/m')
    expect(await read(model)).toEqual([
      { type: 'start', model: 'mine/m' },
      { type: 'warning', id: 'ai-sdk', message: 'mine/m does not support seed.' },
      { type: 'reasoning-delta', text: 'Hm.' },
      { type: 'text-delta', text: 'Good ' },
      { type: 'text-delta', text: 'day.' },
      { type: 'usage', usage },
      { type: 'finish', finishReason: 'length', usage },
    ])
  })

  it('keeps the metadata of its parts under its own id, and sends it back', async () => {
    const v4 = scriptV4([
      { type: 'reasoning-start', id: '1' },
      { type: 'reasoning-delta', id: '1', delta: 'plain' },
      { type: 'reasoning-end', id: '1' },
      { type: 'reasoning-start', id: '2', providerMetadata: { openai: { itemId: 'rs_1' } } },
      { type: 'reasoning-delta', id: '2', delta: 'kept' },
      { type: 'reasoning-end', id: '2', providerMetadata: { openai: { encrypted: 'xyz' } } },
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'now',
        input: '{}',
        providerMetadata: { openai: { itemId: 'fc_1' } },
      },
      finish('tool-calls'),
    ])
    const model = modelOf(v4)
    const { messages } = await collect(model.stream(ask()))
    expect(messages[0]?.parts).toEqual([
      { type: 'reasoning', text: 'plain' },
      { type: 'reasoning', text: 'kept', provider: { mine: { openai: { itemId: 'rs_1', encrypted: 'xyz' } } } },
      { type: 'tool-call', id: 'c1', name: 'now', arguments: {}, provider: { mine: { openai: { itemId: 'fc_1' } } } },
    ])
    await read(model, ask({ messages }))
    expect(v4.calls[1]?.prompt).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'plain' },
          { type: 'reasoning', text: 'kept', providerOptions: { openai: { itemId: 'rs_1', encrypted: 'xyz' } } },
          {
            type: 'tool-call',
            toolCallId: 'c1',
            toolName: 'now',
            input: {},
            providerOptions: { openai: { itemId: 'fc_1' } },
          },
        ],
      },
    ])
  })

  it('streams calls as they are written, and hands on what is no JSON', async () => {
    const parts = await read(
      modelOf(
        scriptV4([
          { type: 'tool-input-start', id: 'c1', toolName: 'weather' },
          { type: 'tool-input-delta', id: 'c1', delta: '{"city":' },
          { type: 'tool-input-delta', id: 'c1', delta: '"Bern"}' },
          { type: 'tool-input-end', id: 'c1' },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: '{"city":"Bern"}' },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'time', input: '' },
          { type: 'tool-call', toolCallId: 'c3', toolName: 'weather', input: '{"city' },
          { type: 'tool-call', toolCallId: 'c4', toolName: 'web', input: '{}', providerExecuted: true },
          finish('stop'),
        ]),
      ),
    )
    expect(parts.slice(1, -2)).toEqual([
      { type: 'tool-call-start', id: 'c1', name: 'weather' },
      { type: 'tool-call-delta', id: 'c1', delta: '{"city":' },
      { type: 'tool-call-delta', id: 'c1', delta: '"Bern"}' },
      { type: 'tool-call-end', id: 'c1', name: 'weather', arguments: { city: 'Bern' } },
      { type: 'tool-call-start', id: 'c2', name: 'time' },
      { type: 'tool-call-end', id: 'c2', name: 'time', arguments: {} },
      { type: 'tool-call-start', id: 'c3', name: 'weather' },
      { type: 'tool-call-delta', id: 'c3', delta: '{"city' },
      { type: 'tool-call-end', id: 'c3', name: 'weather', arguments: '{"city' },
      { type: 'warning', id: 'ai-sdk/provider-tool', message: expect.stringContaining('"web"') as string },
    ])
    expect(parts.at(-1)).toMatchObject({ finishReason: 'tool-calls' })
  })

  it('keeps back calls that a package only ended because the stream broke off', async () => {
    const call = (id: string): LanguageModelV4StreamPart[] => [
      { type: 'tool-input-start', id, toolName: 'weather' },
      { type: 'tool-input-delta', id, delta: '{"city":"Bern"}' },
    ]
    const end = (toolCallId: string): LanguageModelV4StreamPart[] => [
      { type: 'tool-input-end', id: toolCallId },
      { type: 'tool-call', toolCallId, toolName: 'weather', input: '{"city":"Bern"}' },
    ]
    const parts: LanguageModelV4StreamPart[] = [...call('c1'), ...call('c2'), ...end('c1'), ...end('c2')]
    const ends = async (last: LanguageModelV4StreamPart) =>
      (await read(modelOf(scriptV4([...parts, last])))).filter(({ type }) => type === 'tool-call-end').length
    expect(await ends(finish('tool-calls'))).toBe(2)
    expect(await ends(finish('error'))).toBe(0)
    expect(await ends({ type: 'error', error: new TypeError('broken') })).toBe(0)
  })

  it('says the whole request, and what it cannot say', async () => {
    const v4 = scriptV4([finish()], { 'image/*': [/^https:\/\/pictures\.example\//] })
    const messages: Message[] = [
      createMessage('system', 'Be kind.'),
      createMessage('user', [
        { type: 'text', text: 'What is this?' },
        { type: 'file', mediaType: 'image/png', data: 'https://pictures.example/a.png' },
        { type: 'file', mediaType: 'application/pdf', data: Uint8Array.of(1), name: 'a.pdf' },
        { type: 'file', mediaType: 'text/plain', data: 'data:text/plain;base64,aGk=' },
      ]),
      createMessage('tool', [
        { type: 'tool-result', id: 'c1', name: 'now', result: 'noon' },
        { type: 'tool-result', id: 'c2', name: 'now', result: { why: 'broken' }, isError: true },
      ]),
    ]
    const parts = await read(
      modelOf(v4, { providerOptions: { scripted: { tier: 'flex' } } }),
      ask({
        messages,
        tools: [{ name: 'now', description: 'Time.', parameters: { type: 'object' } }],
        toolChoice: { name: 'now' },
        output: { type: 'json', schema: { type: 'object' }, name: 'reply' },
        sampling: { temperature: 0, topP: 0.9, topK: 0, seed: 1, minP: 0.1, repeatPenalty: 1.1 },
        stop: ['END'],
        maxOutputTokens: 5,
        reasoning: { effort: 'low', budgetTokens: 100 },
      }),
    )
    expect(v4.calls[0]).toEqual({
      prompt: [
        { role: 'system', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            {
              type: 'file',
              mediaType: 'image/png',
              data: { type: 'url', url: new URL('https://pictures.example/a.png') },
            },
            {
              type: 'file',
              mediaType: 'application/pdf',
              data: { type: 'data', data: Uint8Array.of(1) },
              filename: 'a.pdf',
            },
            { type: 'file', mediaType: 'text/plain', data: { type: 'data', data: 'aGk=' } },
          ],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', toolCallId: 'c1', toolName: 'now', output: { type: 'text', value: 'noon' } },
            {
              type: 'tool-result',
              toolCallId: 'c2',
              toolName: 'now',
              output: { type: 'error-json', value: { why: 'broken' } },
            },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'now', description: 'Time.', inputSchema: { type: 'object' } }],
      toolChoice: { type: 'tool', toolName: 'now' },
      responseFormat: { type: 'json', schema: { type: 'object' }, name: 'reply' },
      temperature: 0,
      topP: 0.9,
      seed: 1,
      stopSequences: ['END'],
      maxOutputTokens: 5,
      reasoning: 'low',
      providerOptions: { scripted: { tier: 'flex' } },
      abortSignal: expect.any(AbortSignal) as AbortSignal,
    })
    expect(parts.flatMap((part) => (part.type === 'warning' ? [/no ([\w.]+);/.exec(part.message)?.[1]] : []))).toEqual([
      'sampling.minP',
      'sampling.repeatPenalty',
      'reasoning.budgetTokens',
    ])
  })

  it('refuses a URL the model cannot read, rather than fetch it', async () => {
    const v4 = scriptV4([finish()])
    const file = createMessage('user', [{ type: 'file', mediaType: 'image/png', data: 'http://127.0.0.1/a.png' }])
    expect((await read(modelOf(v4), ask({ messages: [file] }))).at(-1)).toMatchObject({
      error: { code: 'unsupported' },
    })
    expect(v4.calls).toEqual([])
  })

  it('refuses what must not leave this machine, unless the model runs here', async () => {
    const messages: Message[] = [{ ...createMessage('user', 'mine'), label: 'local-only' }]
    const v4 = scriptV4([finish()])
    expect((await read(modelOf(v4), ask({ messages }))).at(-1)).toMatchObject({ error: { code: 'local_only' } })
    expect(v4.calls).toEqual([])
    const here = modelOf(v4, { models: { m: { capabilities: { local: true } } } })
    expect((await read(here, ask({ messages }))).at(-1)).toMatchObject({ type: 'finish' })
  })

  const secret = 'sk-test-0123456789'
  const refused = (statusCode: number, message = 'no.', responseHeaders: Record<string, string> = {}) =>
    new APICallError({
      message,
      url: `https://api.example/?key=${secret}`,
      requestBodyValues: { secret },
      statusCode,
      responseHeaders,
    })
  it.each([
    [
      refused(429, 'slow', { 'retry-after': '7' }),
      { code: 'rate_limited', retryable: true, data: { status: 429, retryAfterMs: 7000 } },
    ],
    [refused(401, `key ${secret} is wrong`), { code: 'unauthorized', retryable: false }],
    [refused(404), { code: 'not_found' }],
    [refused(404, 'The model x does not exist.'), { code: 'model_not_found' }],
    [refused(402), { code: 'rate_limited', retryable: false }],
    [refused(400), { code: 'invalid_request' }],
    [refused(400, 'the prompt is too long: 9000 tokens'), { code: 'context_overflow' }],
    [refused(503), { code: 'overloaded', retryable: true }],
    [refused(500), { code: 'provider_error', retryable: true }],
    [
      new APICallError({ message: 'Cannot connect', url: '', requestBodyValues: {}, isRetryable: true }),
      { code: 'network' },
    ],
    [new LoadAPIKeyError({ message: 'OPENAI_API_KEY is not set' }), { code: 'unauthorized' }],
    [new SyntaxError('odd'), { code: 'provider_error' }],
  ])('says %s in the codes of rt, without what the request held', async (error, expected) => {
    const [start, last] = await read(modelOf(scriptV4(error)))
    expect(start?.type).toBe('start')
    expect(last).toMatchObject({ type: 'error', error: expected })
    expect(inspect(last, { depth: 9 })).not.toContain(secret)
  })

  it.each([
    ['an error in the stream', [{ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }], 'overloaded'],
    ['an end without a finish', [], 'provider_error'],
    ['a finish that says error', [finish('error')], 'provider_error'],
    ['a finish that says interrupted', [finish('interrupted')], 'provider_error'],
  ] satisfies [string, LanguageModelV4StreamPart[], string][])(
    'ends with one error after %s',
    async (_, parts, code) => {
      const begin: LanguageModelV4StreamPart[] = [{ type: 'text-delta', id: '1', delta: 'half' }]
      const seen = await read(modelOf(scriptV4([...begin, ...parts])))
      expect(seen[1]).toEqual({ type: 'text-delta', text: 'half' })
      expect(seen.at(-1)).toMatchObject({ type: 'error', error: { code, retryable: true } })
      if (parts.some(({ type }) => type === 'finish')) expect(seen.at(-1)).toMatchObject({ usage })
    },
  )

  it('ends at once when it is aborted, before and in the middle, and lets go of the model', async () => {
    let cancelled = 0
    const endless = scriptV4(
      () =>
        new ReadableStream({
          start: (controller) => controller.enqueue({ type: 'text-delta', id: '1', delta: 'first' }),
          cancel: () => void cancelled++,
        }),
    )
    expect((await read(modelOf(endless), ask(), AbortSignal.abort())).map(({ type }) => type)).toEqual([
      'start',
      'abort',
    ])
    expect(endless.calls).toEqual([])

    const caller = new AbortController()
    const types: string[] = []
    for await (const part of modelOf(endless).stream(ask(), { signal: caller.signal })) {
      types.push(part.type)
      if (part.type === 'text-delta') caller.abort()
    }
    expect(types).toEqual(['start', 'text-delta', 'abort'])
    expect(cancelled).toBe(1)
    expect(endless.calls[0]?.abortSignal?.aborted).toBe(true)

    for await (const part of modelOf(endless).stream(ask())) if (part.type === 'text-delta') break
    expect(cancelled).toBe(2)
    expect(endless.calls[1]?.abortSignal?.aborted).toBe(true)
  })

  it('ends with timeout when nothing begins, and when it falls silent', async () => {
    const clock = createFakeClock()
    const silent = scriptV4(() => new ReadableStream())
    const never: LanguageModelV4 = { ...silent, doStream: () => new Promise(() => {}) }
    for (const [model, ms] of [
      [never, 300],
      [silent, 200],
    ] as const) {
      const reading = read(modelOf(model, { clock, timeoutMs: 300, idleMs: 200 }))
      await expect.poll(() => clock.sleeping).toBe(1)
      // The limit of the beginning goes before that of the silence: both are asleep for a moment.
      let parts: StreamPart[] | undefined
      void reading.then((all) => (parts = all))
      await expect.poll(async () => (await clock.advance(ms), parts)).toBeDefined()
      expect(parts?.at(-1)).toMatchObject({ type: 'error', error: { code: 'timeout', retryable: true } })
    }
  })

  it('knows models by a function, at the call and not before', async () => {
    const asked: string[] = []
    const provider = fromAISDK({
      id: 'mine',
      languageModel: async (name) => (asked.push(name), scriptV4([finish()])),
      models: { big: { capabilities: { contextTokens: 1_000_000, images: true } } },
    })
    const big = provider.languageModel('big')
    expect(big.capabilities).toMatchObject({ contextTokens: 1_000_000, images: true, local: false, tools: 'native' })
    expect(asked).toEqual([])
    await read(big)
    expect(asked).toEqual(['big'])
    expect(
      (await read(fromAISDK({ id: 'mine', languageModel: scriptV4([]) }).languageModel('other'))).at(-1),
    ).toMatchObject({
      error: { code: 'model_not_found', hint: 'it has "m".' },
    })
    const old = { ...scriptV4([]), specificationVersion: 'v3' } as unknown as LanguageModelV4
    expect((await read(modelOf(old))).at(-1)).toMatchObject({ error: { code: 'unsupported' } })
    expect(await big.countTokens(ask())).toBeGreaterThan(0)
  })

  it('is the same after the way there and back', async () => {
    const rt = createScriptedModel({
      id: 'm',
      answers: [{ text: 'Let me see.', toolCalls: [{ name: 'now', arguments: { zone: 'CET' }, id: 'c1' }] }],
    })
    const there = toAISDK({ languageModels: [rt] })
    const back = fromAISDK({ id: 'mine', languageModel: there.languageModel })
    const parts = await read(back.languageModel('m'))
    expect(parts.slice(1)).toEqual((await read(rt)).slice(1))
  })
})

describe('an embedding model of the AI SDK in rt', () => {
  const scriptEmbedder = (doEmbed: EmbeddingModelV4['doEmbed']): EmbeddingModelV4 => ({
    specificationVersion: 'v4',
    provider: 'scripted',
    modelId: 'e',
    maxEmbeddingsPerCall: 2,
    supportsParallelCalls: false,
    doEmbed,
  })
  const embedderOf = (doEmbed: EmbeddingModelV4['doEmbed'], dimensions = 2) =>
    fromAISDK({ id: 'mine', embeddingModel: scriptEmbedder(doEmbed), models: { e: { dimensions } } }).embeddingModel!(
      'e',
    )

  it('embeds in batches of its size, at unit length', async () => {
    const sizes: number[] = []
    const model = embedderOf(async ({ values }) => {
      sizes.push(values.length)
      return { embeddings: values.map(() => [3, 4]), usage: { tokens: 5 }, warnings: [] }
    })
    const { vectors, tokens } = await model.embed(['a', 'b', 'c'])
    expect(sizes).toEqual([2, 1])
    expect(vectors.map((vector) => [...vector])).toEqual(
      Array.from({ length: 3 }, () => [Math.fround(0.6), Math.fround(0.8)]),
    )
    expect(tokens).toBe(10)
    expect([model.id, model.fingerprint, model.dimensions]).toEqual(['mine/e', 'mine/e/2', 2])
    expect(await model.embed([])).toEqual({ vectors: [], tokens: 0, truncated: [] })
  })

  it('refuses what does not fit, and needs to know the dimensions', async () => {
    const embeddings =
      (...vectors: number[][]) =>
      async () => ({ embeddings: vectors, warnings: [] })
    await expect(embedderOf(embeddings([1, 2, 3])).embed(['a'])).rejects.toMatchObject({
      code: 'provider_error',
      retryable: false,
      hint: expect.stringContaining('to 3') as string,
    })
    await expect(embedderOf(embeddings([1, 2], [1, 2])).embed(['a'])).rejects.toMatchObject({ code: 'provider_error' })
    await expect(embedderOf(embeddings([0, 0])).embed(['a'])).rejects.toMatchObject({ code: 'provider_error' })
    await expect(embedderOf(() => Promise.reject(new SyntaxError('x'))).embed(['a'])).rejects.toMatchObject({
      code: 'provider_error',
    })
    await expect(
      embedderOf(() => new Promise(() => {})).embed(['a'], { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'aborted' })
    const unknown = fromAISDK({ id: 'mine', embeddingModel: scriptEmbedder(embeddings()) })
    expect(() => unknown.embeddingModel!('e')).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    expect(fromAISDK({ id: 'mine' }).embeddingModel).toBeUndefined()
  })
})

describe('a reranking model of the AI SDK in rt', () => {
  const rankerOf = (ranking: { index: number; relevanceScore: number }[]) => {
    const model: RerankingModelV4 = {
      specificationVersion: 'v4',
      provider: 'scripted',
      modelId: 'r',
      doRerank: async () => ({ ranking }),
    }
    return fromAISDK({ id: 'mine', rerankingModel: model }).reranker!('r')
  }

  it('ranks, best first, with scores from 0 to 1 also from logits', async () => {
    const scores = rankerOf([
      { index: 1, relevanceScore: 0.2 },
      { index: 0, relevanceScore: 0.9 },
    ])
    expect(await scores.rerank('q', ['a', 'b'])).toEqual([
      { index: 0, score: 0.9 },
      { index: 1, score: 0.2 },
    ])
    expect(await scores.rerank('q', ['a', 'b'], { topK: 1 })).toHaveLength(1)
    const logits = await rankerOf([
      { index: 0, relevanceScore: 3 },
      { index: 1, relevanceScore: -3 },
    ]).rerank('q', ['a', 'b'])
    expect(logits.map(({ score }) => Math.round(score * 100))).toEqual([95, 5])
  })

  it('refuses an index that is none', async () => {
    await expect(rankerOf([{ index: 7, relevanceScore: 1 }]).rerank('q', ['a'])).rejects.toMatchObject({
      code: 'provider_error',
    })
  })
})
