import { RtError, type EmbeddingModel, type Reranker, type StreamPart } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import {
  APICallError,
  embed,
  embedMany,
  generateText,
  isStepCount,
  jsonSchema,
  Output,
  rerank,
  streamText,
  tool,
  type ModelMessage,
} from 'ai'
import { describe, expect, it } from 'vitest'
import { toAISDK } from './index.ts'

const usage = { input: 10, cacheRead: 4, cacheWrite: 1, output: 7, reasoning: 3 }
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: async ({ city }) => ({ city, celsius: 21 }),
})
const failing = (error: RtError, before: StreamPart[] = []) =>
  createScriptedModel({ answers: [{ parts: [...before, { type: 'error', error: error.toJSON() }] }] })
const modelOf = (model: ReturnType<typeof createScriptedModel>) =>
  toAISDK({ languageModels: [model] }).languageModel(model.id)

describe('toAISDK inside generateText', () => {
  it('answers, with usage told apart', async () => {
    const model = createScriptedModel({
      answers: [
        {
          parts: [
            { type: 'warning', id: 'x', message: 'slow today.' },
            { type: 'text-delta', text: 'Good ' },
            { type: 'text-delta', text: 'morning.' },
            { type: 'usage', usage },
            { type: 'finish', finishReason: 'length', usage },
          ],
        },
      ],
    })
    const result = await generateText({
      model: modelOf(model),
      instructions: 'Be kind.',
      prompt: 'Hello?',
      temperature: 0.5,
      topK: 3,
      seed: 7,
      maxOutputTokens: 20,
      stopSequences: ['END'],
    })
    expect(result.text).toBe('Good morning.')
    expect([result.finishReason, result.rawFinishReason]).toEqual(['length', 'length'])
    expect(result.usage).toMatchObject({
      inputTokens: 15,
      inputTokenDetails: { noCacheTokens: 10, cacheReadTokens: 4, cacheWriteTokens: 1 },
      outputTokens: 7,
      outputTokenDetails: { textTokens: 4, reasoningTokens: 3 },
    })
    expect(result.warnings).toEqual([{ type: 'other', message: 'slow today.' }])
    expect(model.requests[0]).toMatchObject({
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be kind.' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Hello?' }] },
      ],
      sampling: { temperature: 0.5, topK: 3, seed: 7 },
      maxOutputTokens: 20,
      stop: ['END'],
    })
  })

  it('calls tools and goes on with their results', async () => {
    const model = createScriptedModel({
      answers: [
        { text: 'Let me see.', toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' }, id: 'c1' }] },
        '21 degrees.',
      ],
    })
    const { text, steps } = await generateText({
      model: modelOf(model),
      prompt: 'Oslo?',
      tools: { weather },
      stopWhen: isStepCount(3),
    })
    expect(text).toBe('21 degrees.')
    expect(steps[0]?.toolResults).toMatchObject([{ toolCallId: 'c1', output: { city: 'Oslo', celsius: 21 } }])
    expect(model.requests[0]?.tools).toMatchObject([{ name: 'weather', parameters: { required: ['city'] } }])
    expect(model.requests[1]?.messages.slice(1)).toMatchObject([
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool-call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool-result', id: 'c1', result: { city: 'Oslo', celsius: 21 } }] },
    ])
  })

  it('gives structured output', async () => {
    const model = createScriptedModel({ answers: ['{"answer":42}'] })
    const schema = jsonSchema<{ answer: number }>({ type: 'object', properties: { answer: { type: 'number' } } })
    const { output } = await generateText({ model: modelOf(model), prompt: '?', output: Output.object({ schema }) })
    expect(output).toEqual({ answer: 42 })
    expect(model.requests[0]?.output).toMatchObject({ type: 'json', schema: { type: 'object' } })
  })

  it('carries what a provider attached to reasoning out, and back in', async () => {
    const provider = { claude: { signature: 's1' } }
    const model = createScriptedModel({
      capabilities: { reasoning: true },
      answers: [
        {
          parts: [
            { type: 'reasoning-delta', text: 'Hm' },
            { type: 'reasoning-delta', text: '', provider },
            { type: 'reasoning-delta', text: '', provider: { claude: { redacted: 'x' } } },
            { type: 'text-delta', text: 'Yes.' },
            { type: 'finish', finishReason: 'stop', usage },
          ],
        },
      ],
    })
    const options = { model: modelOf(model), reasoning: 'xhigh' as const }
    const first = await generateText({ ...options, prompt: 'Why?' })
    expect(first.reasoning).toMatchObject([
      { text: 'Hm', providerMetadata: provider },
      { text: '', providerMetadata: { claude: { redacted: 'x' } } },
    ])
    expect(model.requests[0]?.reasoning).toEqual({ effort: 'high' })
    expect(first.warnings).toMatchObject([{ type: 'compatibility', feature: 'reasoning' }])

    const history: ModelMessage[] = [{ role: 'user', content: 'Why?' }, ...first.response.messages]
    await generateText({ ...options, messages: [...history, { role: 'user', content: 'Sure?' }] })
    expect(model.requests[1]?.messages[1]?.parts).toEqual([
      { type: 'reasoning', text: 'Hm', provider },
      { type: 'reasoning', text: '', provider: { claude: { redacted: 'x' } } },
      { type: 'text', text: 'Yes.' },
    ])
  })

  it('is retried where that may help, for as long as was asked', async () => {
    let calls = 0
    const busy = new RtError({ code: 'rate_limited', message: 'slow down.', data: { retryAfterMs: 1 } })
    const model = createScriptedModel({
      answers: () => (++calls < 3 ? { parts: [{ type: 'error', error: busy.toJSON() }] } : 'now'),
    })
    expect((await generateText({ model: modelOf(model), prompt: '?' })).text).toBe('now')
    expect(calls).toBe(3)
  })

  it('is not retried where it cannot, and says why', async () => {
    const model = failing(new RtError({ code: 'context_overflow', message: 'too long.', hint: 'send less.' }))
    const thrown = await generateText({ model: modelOf(model), prompt: '?' }).catch((caught: unknown) => caught)
    expect(APICallError.isInstance(thrown)).toBe(true)
    expect(thrown).toMatchObject({
      message: 'too long. send less.',
      statusCode: 400,
      data: { code: 'context_overflow' },
    })
    expect(RtError.isInstance((thrown as Error).cause)).toBe(true)
    expect(model.requests).toHaveLength(1)
  })

  it('throws the error that ended the answer half-way', async () => {
    const gone = new RtError({ code: 'engine_crashed', message: 'gone.' })
    const model = failing(gone, [{ type: 'text-delta', text: 'half' }])
    await expect(generateText({ model: modelOf(model), prompt: '?', maxRetries: 0 })).rejects.toMatchObject({
      message: 'gone.',
    })
  })

  it('stops when the caller does', async () => {
    const stopped = generateText({
      model: modelOf(createScriptedModel({ answers: ['x'] })),
      prompt: '?',
      abortSignal: AbortSignal.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('toAISDK inside streamText', () => {
  it('tells arguments as they are written, before the call is whole', async () => {
    const pieces = ['{"ci', 'ty":"', 'Ber', 'n"}']
    const seen = Promise.withResolvers<void>()
    const scripted = createScriptedModel({ answers: [''] })
    const model = {
      ...scripted,
      async *stream(): AsyncGenerator<StreamPart> {
        yield { type: 'tool-call-start', id: 'c', name: 'weather' }
        for (const [n, delta] of pieces.entries()) {
          // Who gathers waits for ever.
          if (n === 3) await seen.promise
          yield { type: 'tool-call-delta', id: 'c', delta }
        }
        yield { type: 'tool-call-end', id: 'c', name: 'weather', arguments: { city: 'Bern' } }
        yield { type: 'finish', finishReason: 'tool-calls', usage }
      },
    }
    const deltas: string[] = []
    const { fullStream } = streamText({ model: modelOf(model), prompt: 'Weather?', tools: { weather } })
    for await (const part of fullStream) {
      if (part.type === 'tool-input-delta' && deltas.push(part.delta) === 3) seen.resolve()
    }
    expect(deltas).toEqual(pieces)
  })

  it('passes arguments that are no JSON on as they were written, for the SDK to say so', async () => {
    const args = '{"city": "Be'
    const model = createScriptedModel({ answers: [{ toolCalls: [{ name: 'weather', arguments: args }] }] })
    const prompt: Parameters<ReturnType<typeof modelOf>['doGenerate']>[0]['prompt'] = [
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    ]
    expect((await modelOf(model).doGenerate({ prompt })).content).toMatchObject([{ type: 'tool-call', input: args }])
    const { toolCalls } = await generateText({ model: modelOf(model), prompt: 'Weather?', tools: { weather } })
    expect(toolCalls).toMatchObject([{ invalid: true, input: args }])
  })

  it('streams text and tool input as they are written', async () => {
    const model = createScriptedModel({
      answers: [
        { text: 'Let me see.', toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' }, id: 'c1' }] },
        'It is warm.',
      ],
    })
    const types: string[] = []
    const result = streamText({ model: modelOf(model), prompt: 'Oslo?', tools: { weather }, stopWhen: isStepCount(3) })
    for await (const part of result.fullStream) types.push(part.type)
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'start',
      'start-step',
      'text-start',
      'text-delta',
      'text-end',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'tool-result',
      'finish-step',
      'start-step',
      'text-start',
      'text-delta',
      'text-end',
      'finish-step',
      'finish',
    ])
    expect(await result.text).toBe('It is warm.')
    expect(await result.finishReason).toBe('stop')
  })

  it('ends with the error that came half-way, after what had come', async () => {
    const model = failing(new RtError({ code: 'engine_crashed', message: 'gone.' }), [
      { type: 'text-delta', text: 'half' },
    ])
    const errors: unknown[] = []
    let text = ''
    const result = streamText({ model: modelOf(model), prompt: '?', onError: ({ error }) => void errors.push(error) })
    for await (const part of result.fullStream) if (part.type === 'text-delta') text += part.text
    expect(text).toBe('half')
    expect(errors).toMatchObject([{ name: 'AI_APICallError', data: { code: 'engine_crashed' } }])
    expect(await result.finishReason).toBe('error')
  })

  it('aborts the model when the caller does', async () => {
    let seen: AbortSignal | undefined
    const endless = createScriptedModel({ answers: [''] })
    const model = {
      ...endless,
      async *stream(
        _request: unknown,
        { signal }: { signal?: AbortSignal | undefined } = {},
      ): AsyncIterable<StreamPart> {
        seen = signal
        yield { type: 'start', model: 'endless' }
        yield { type: 'text-delta', text: 'first' }
        await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
        yield { type: 'abort', reason: 'the caller gave up.' }
      },
    }
    const caller = new AbortController()
    const types: string[] = []
    const result = streamText({ model: modelOf(model), prompt: '?', abortSignal: caller.signal })
    for await (const part of result.fullStream) {
      types.push(part.type)
      if (part.type === 'text-delta') caller.abort()
    }
    expect(types.at(-1)).toBe('abort')
    expect(seen?.aborted).toBe(true)
  })
})

describe('toAISDK inside embed, embedMany and rerank', () => {
  const embedder = createFakeEmbedder({ dimensions: 8, maxTokens: 3 })
  const provider = toAISDK({ embeddingModels: [embedder] })

  it('embeds, in order, with tokens, and says what was cut', async () => {
    const values = ['one two', 'three', 'four five six seven']
    const {
      embeddings,
      usage: spent,
      warnings,
    } = await embedMany({ model: provider.embeddingModel(embedder.id), values, dimensions: 3 })
    const { vectors } = await embedder.embed(values)
    expect(embeddings).toEqual(vectors.map((vector) => [...vector]))
    expect(spent.tokens).toBe(6)
    expect(warnings).toMatchObject([{ feature: 'dimensions' }, { type: 'other' }])
  })

  it('knows queries by an option', async () => {
    const kinds: unknown[] = []
    const model: EmbeddingModel = {
      ...embedder,
      embed: (texts, options) => (kinds.push(options?.kind), embedder.embed(texts, options)),
    }
    const embedding = toAISDK({ embeddingModels: [model] }).embeddingModel(model.id)
    await embed({ model: embedding, value: 'a', providerOptions: { rt: { kind: 'query' } } })
    await embed({ model: embedding, value: 'a' })
    expect(kinds).toEqual(['query', 'document'])
  })

  it('translates its errors', async () => {
    const model: EmbeddingModel = {
      ...embedder,
      embed: () => Promise.reject(new RtError({ code: 'model_not_found', message: 'gone.' })),
    }
    const lost = embed({ model: toAISDK({ embeddingModels: [model] }).embeddingModel(model.id), value: 'a' })
    await expect(lost).rejects.toMatchObject({ name: 'AI_APICallError', statusCode: 404 })
  })

  it('ranks texts and objects', async () => {
    const asked: unknown[] = []
    const reranker: Reranker = {
      id: 'ranker',
      rerank: async (query, documents, options) => {
        asked.push([query, documents, options?.topK])
        return [
          { index: 1, score: 0.9 },
          { index: 0, score: 0.2 },
        ]
      },
    }
    const model = toAISDK({ rerankers: [reranker] }).rerankingModel('ranker')
    const texts = await rerank({ model, query: 'q', documents: ['a', 'b'], topN: 2 })
    expect(texts.ranking).toMatchObject([
      { originalIndex: 1, score: 0.9, document: 'b' },
      { originalIndex: 0, score: 0.2, document: 'a' },
    ])
    await rerank({ model, query: 'q', documents: [{ a: 1 }, { b: 2 }] })
    expect(asked).toEqual([
      ['q', ['a', 'b'], 2],
      ['q', ['{"a":1}', '{"b":2}'], undefined],
    ])
  })
})

describe('toAISDK', () => {
  it('names what it was given when asked for another', () => {
    const provider = toAISDK({ languageModels: [createScriptedModel({ id: 'smollm2:135m', answers: [''] })] })
    expect(() => provider.languageModel('smollm2:136m')).toThrow(
      expect.objectContaining({ code: 'model_not_found', hint: 'did you mean smollm2:135m?' }),
    )
    expect(() => provider.imageModel('x')).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})
