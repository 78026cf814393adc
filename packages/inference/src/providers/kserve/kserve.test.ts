import { createMessage, type ModelRequest } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { type FakeReply, type FakeServer, startFakeServer } from '../../conformance/index.ts'
import { createKServe, type KServeModelOptions, type KServeProvider, type Tensor } from './index.ts'
import { decodeTensor, encodeTensor } from './tensor-bytes.ts'

const json = (value: unknown, status = 200): FakeReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  chunks: [JSON.stringify(value)],
})

const withServer = async (
  models: Record<string, KServeModelOptions>,
  work: (provider: KServeProvider, server: FakeServer) => Promise<void>,
): Promise<void> => {
  await using server = await startFakeServer()
  await work(createKServe({ baseURL: server.url, apiKey: 'sk-secret-123456', models }), server)
}

describe('tensors as bytes', () => {
  it.each([
    { datatype: 'BOOL', data: [true, false] },
    { datatype: 'UINT8', data: [0, 255] },
    { datatype: 'UINT16', data: [0, 65_535] },
    { datatype: 'UINT32', data: [0, 4_294_967_295] },
    { datatype: 'UINT64', data: [0n, 18_446_744_073_709_551_615n] },
    { datatype: 'INT8', data: [-128, 127] },
    { datatype: 'INT16', data: [-32_768, 32_767] },
    { datatype: 'INT32', data: [-2_147_483_648, 1] },
    { datatype: 'INT64', data: [-9_223_372_036_854_775_808n, 1n] },
    {
      datatype: 'FP16',
      data: [0.5, -2, 65_504, 2 ** -24, 2 ** -14, 0, Infinity, -Infinity, Number.NaN, 0.333251953125],
    },
    { datatype: 'BF16', data: [1, -2.5, 0] },
    { datatype: 'FP32', data: [1.5, -0.25] },
    { datatype: 'FP64', data: [Math.PI] },
    { datatype: 'BYTES', data: [Uint8Array.of(1, 2), new Uint8Array()] },
  ] satisfies Pick<Tensor, 'datatype' | 'data'>[])('$datatype goes there and back', ({ datatype, data }) => {
    expect(decodeTensor(datatype, encodeTensor({ name: 't', shape: [data.length], datatype, data }), 't')).toEqual(data)
  })

  it('are little-endian, with the length before each text', () => {
    const encode = (tensor: Pick<Tensor, 'datatype' | 'data'>) => [
      ...encodeTensor({ name: 't', shape: [1], ...tensor }),
    ]
    expect(encode({ datatype: 'FP16', data: [1] })).toEqual([0, 0x3c])
    expect(encode({ datatype: 'INT32', data: [1] })).toEqual([1, 0, 0, 0])
    expect(encode({ datatype: 'BYTES', data: ['hi'] })).toEqual([2, 0, 0, 0, 104, 105])
  })

  it('are refused when they are torn', () => {
    const torn = expect.objectContaining({ code: 'provider_error' }) as Error
    expect(() => decodeTensor('INT32', Uint8Array.of(1, 2, 3), 't')).toThrow(torn)
    expect(() => decodeTensor('BYTES', Uint8Array.of(9, 0, 0, 0, 1), 't')).toThrow(torn)
    expect(() => decodeTensor('BYTES', Uint8Array.of(9, 0), 't')).toThrow(torn)
  })
})

describe('infer', () => {
  const input: Tensor = { name: 'x', shape: [2, 1], datatype: 'INT64', data: [1n, 2n] }

  it('speaks JSON, flat or nested', () =>
    withServer({ m: { version: '3' } }, async (provider, server) => {
      server.reply = json({
        model_name: 'm',
        model_version: '3',
        outputs: [
          {
            name: 'y',
            shape: [2, 2],
            datatype: 'FP32',
            data: [
              [1, 2],
              [3, 4],
            ],
          },
          { name: 'z', shape: [1], datatype: 'BYTES', data: ['hé'] },
          { name: 'n', shape: [1], datatype: 'INT64', data: [7] },
        ],
      })
      const answer = await provider.infer('m', { inputs: [input], outputs: ['y'], parameters: { seed: 1 } })
      expect(answer).toEqual({
        modelName: 'm',
        modelVersion: '3',
        outputs: [
          { name: 'y', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] },
          { name: 'z', shape: [1], datatype: 'BYTES', data: [new TextEncoder().encode('hé')] },
          { name: 'n', shape: [1], datatype: 'INT64', data: [7n] },
        ],
      })
      const [request] = server.requests
      expect(request?.path).toBe('/v2/models/m/versions/3/infer')
      expect(request?.headers['authorization']).toBe('Bearer sk-secret-123456')
      expect(JSON.parse(request?.body ?? '')).toEqual({
        inputs: [{ name: 'x', shape: [2, 1], datatype: 'INT64', data: [1, 2] }],
        outputs: [{ name: 'y' }],
        parameters: { seed: 1 },
      })
    }))

  it('speaks bytes after the JSON, both ways', () =>
    withServer({}, async (provider, server) => {
      const tensor: Tensor = { name: 'y', shape: [2], datatype: 'FP32', data: [0.5, -1] }
      const head = JSON.stringify({
        outputs: [
          { name: 'y', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } },
          { name: 'z', shape: [1], datatype: 'UINT8', data: [9] },
        ],
      })
      server.reply = {
        headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(head.length) },
        chunks: [head, encodeTensor(tensor)],
      }
      const answer = await provider.infer('m', { inputs: [input], binary: true })
      expect(answer.outputs).toEqual([tensor, { name: 'z', shape: [1], datatype: 'UINT8', data: [9] }])
      const { headers, body } = server.requests[0]!
      const length = Number(headers['inference-header-content-length'])
      expect(JSON.parse(body.slice(0, length))).toEqual({
        inputs: [{ name: 'x', shape: [2, 1], datatype: 'INT64', parameters: { binary_data_size: 16 } }],
        parameters: { binary_data_output: true },
      })
      expect(body.length - length).toBe(16)
      expect(headers['content-length']).toBe(String(body.length))
    }))

  it.each([
    ['no JSON', { chunks: ['<html>'] }],
    ['no outputs', json({})],
    ['an unknown type', json({ outputs: [{ name: 'y', shape: [1], datatype: 'FP8', data: [1] }] })],
    [
      'cut bytes',
      json({ outputs: [{ name: 'y', shape: [1], datatype: 'FP32', parameters: { binary_data_size: 4 } }] }),
    ],
    ['a wrong length', { headers: { 'inference-header-content-length': '99' }, chunks: ['{}'] }],
  ] satisfies [string, FakeReply][])('refuses an answer with %s', (_, reply) =>
    withServer({}, async (provider, server) => {
      server.reply = reply
      await expect(provider.infer('m', { inputs: [input] })).rejects.toMatchObject({ code: 'provider_error' })
    }),
  )

  it('refuses data that do not fill their shape, and numbers JSON cannot hold, before it sends', () =>
    withServer({}, async (provider, server) => {
      const wrong = { ...input, shape: [3] }
      await expect(provider.infer('m', { inputs: [wrong] })).rejects.toMatchObject({ code: 'invalid_request' })
      const large = { ...input, shape: [1], data: [2n ** 60n] }
      await expect(provider.infer('m', { inputs: [large] })).rejects.toMatchObject({ code: 'invalid_request' })
      expect(server.requests).toEqual([])
    }))
})

describe('health and metadata', () => {
  it('says what is live, ready and there', () =>
    withServer({}, async (provider, server) => {
      server.reply = json({ name: 'triton', extensions: ['binary_tensor_data'] })
      expect(await provider.live()).toBe(true)
      expect(await provider.ready()).toBe(true)
      expect(await provider.metadata()).toMatchObject({ name: 'triton' })
      server.reply = json({ error: 'not yet' }, 400)
      expect(await provider.ready('a b')).toBe(false)
      server.reply = json({ error: 'no model' }, 404)
      await expect(provider.metadata('m')).rejects.toMatchObject({ code: 'model_not_found' })
      server.reply = json({ error: 'no' }, 401)
      await expect(provider.live()).rejects.toMatchObject({ code: 'unauthorized' })
      expect(server.requests.map(({ path }) => path)).toEqual([
        '/v2/health/live',
        '/v2/health/ready',
        '/v2',
        '/v2/models/a%20b/ready',
        '/v2/models/m',
        '/v2/health/live',
      ])
    }))

  it('refuses an address that is none', () => {
    expect(() => createKServe({ baseURL: 'nowhere' })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })
})

describe('a language model', () => {
  const stream = (...events: object[]): FakeReply => ({
    headers: { 'content-type': 'text/event-stream' },
    chunks: events.map((event) => `data: ${JSON.stringify(event)}\n\n`),
  })
  const messages = [createMessage('system', 'Be kind.'), createMessage('user', 'Hello?')]
  const sampling = { temperature: 0.5, seed: 7, topK: 0, repeatPenalty: 1.1 }

  it.each([
    [
      'vllm',
      {
        text_input: 'Be kind.\n\nHello?',
        parameters: { stream: true, max_tokens: 9, temperature: 0.5, seed: 7, repetition_penalty: 1.1, stop: ['END'] },
        exclude_input_in_output: true,
      },
    ],
    [
      'tensorrt-llm',
      {
        text_input: 'Be kind.\n\nHello?',
        stream: true,
        max_tokens: 9,
        temperature: 0.5,
        random_seed: 7,
        repetition_penalty: 1.1,
        stop_words: ['END'],
      },
    ],
  ] as const)('speaks to %s, and ends when the server does', (dialect, body) =>
    withServer({ m: { dialect } }, async (provider, server) => {
      server.reply = stream({ text_output: 'Good ' }, { text_output: 'day.' })
      const model = provider.languageModel('m')
      const parts = await Array.fromAsync(model.stream({ messages, sampling, stop: ['END'], maxOutputTokens: 9 }))
      expect(parts.map((part) => (part.type === 'text-delta' ? part.text : part.type))).toEqual([
        'start',
        'Good ',
        'day.',
        'usage',
        'finish',
      ])
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(body)
    }),
  )

  it('writes the prompt with the template it is given', () =>
    withServer({ m: { template: ([first]) => `<s>${first?.role}</s>` } }, async (provider, server) => {
      server.reply = stream({ text_output: '' })
      await Array.fromAsync(provider.languageModel('m').stream({ messages }))
      expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ text_input: '<s>system</s>' })
    }))

  it('refuses what text cannot carry, and what must not leave, before it sends', () =>
    withServer({}, async (provider, server) => {
      const tools = [{ name: 'now', description: '', parameters: {} }]
      const label = 'local-only' as const
      const file = createMessage('user', [{ type: 'file', mediaType: 'image/png', data: Uint8Array.of(1) }])
      const cases: [ModelRequest, string][] = [
        [{ messages, tools }, 'unsupported'],
        [{ messages, output: { type: 'json' as const } }, 'unsupported'],
        [{ messages: [file] }, 'unsupported'],
        [{ messages: [{ ...messages[0]!, label }] }, 'local_only'],
      ]
      for (const [request, code] of cases) {
        const parts = await Array.fromAsync(provider.languageModel('m').stream(request))
        expect(parts.at(-1)).toMatchObject({ type: 'error', error: { code } })
      }
      expect(server.requests).toEqual([])
    }))
})

describe('an embedding model', () => {
  const reply = json({ outputs: [{ name: 'vectors', shape: [2, 2], datatype: 'FP32', data: [3, 4, 0, 2] }] })

  it('embeds in batches, at unit length', () =>
    withServer(
      { e: { embedding: { dimensions: 2, input: 'TEXT', shape: 'column', batch: 2 } } },
      async (provider, server) => {
        server.reply = reply
        const model = provider.embeddingModel('e')
        const { vectors } = await model.embed(['a', 'b', 'c', 'd'])
        expect(vectors.map((vector) => [...vector].map((value) => Math.round(value * 10) / 10))).toEqual([
          [0.6, 0.8],
          [0, 1],
          [0.6, 0.8],
          [0, 1],
        ])
        expect(server.requests.map(({ body }) => (JSON.parse(body) as { inputs: unknown[] }).inputs)).toEqual([
          [{ name: 'TEXT', shape: [2, 1], datatype: 'BYTES', data: ['a', 'b'] }],
          [{ name: 'TEXT', shape: [2, 1], datatype: 'BYTES', data: ['c', 'd'] }],
        ])
        expect(model).toMatchObject({ id: 'kserve/e', fingerprint: 'kserve/e/2', dimensions: 2 })
      },
    ))

  it('names an output that is missing, other dimensions, and a model that was not configured', () =>
    withServer(
      { e: { embedding: { dimensions: 2, output: 'other' } }, f: { embedding: { dimensions: 3 } } },
      async (provider, server) => {
        server.reply = reply
        await expect(provider.embeddingModel('e').embed(['a', 'b'])).rejects.toMatchObject({ hint: 'it gave vectors.' })
        await expect(provider.embeddingModel('f').embed(['a', 'b'])).rejects.toMatchObject({ code: 'provider_error' })
        await expect(provider.embeddingModel('f').embed(['a', 'b', 'c'])).rejects.toMatchObject({
          code: 'provider_error',
        })
        await expect(provider.embeddingModel('e').embed(['a'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
          code: 'aborted',
        })
        expect(() => provider.embeddingModel('m')).toThrow(expect.objectContaining({ code: 'config_invalid' }))
      },
    ))
})
