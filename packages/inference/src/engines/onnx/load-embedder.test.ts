import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import type { Host } from '../../host/create-host.ts'
import { loadEmbedder, type OnnxEmbedderOptions } from './load-embedder.ts'
import type { ModelHost } from './open-model.ts'
import { createSilenceLimit } from './silence-limit.ts'
import type { EmbedParams, EmbedResult } from './protocol.ts'

interface Call {
  method: string
  params: EmbedParams
}

/** A host whose vectors are [position in the message, length of the text]. */
const createFakeHost = (): Host & { calls: Call[]; running: boolean; failUnload?: RtError; gate?: Promise<void> } => ({
  calls: [],
  running: true,
  name: 'fake',
  get pid() {
    return this.running ? 1 : undefined
  },
  start: async () => {},
  async call<T>(method: string, params?: unknown): Promise<T> {
    this.calls.push({ method, params: params as EmbedParams })
    if (method === 'load') return { hashes: ['a', 'b'], msPerToken: 0, dimensions: 2 } as T
    if (method === 'unload' && this.failUnload) throw this.failUnload
    if (method === 'state') return { weightsBytes: 7 } as T
    if (method !== 'embed') return undefined as T
    await this.gate
    const { texts } = params as EmbedParams
    const result: EmbedResult = {
      vectors: Float32Array.from(texts.flatMap((text, i) => [i, text.length])),
      tokens: texts.length,
      truncated: texts.length > 1 ? [1] : [],
      msPerToken: 0,
    }
    return result as T
  },
  async *stream() {},
  [Symbol.asyncDispose]: async () => {},
})

const modelsOf = (host: Host, clock?: ModelHost['clock']): ModelHost => ({
  host,
  threads: 1,
  providers: [{ name: 'cpu' }],
  limit: createSilenceLimit(1),
  ...(clock && { clock }),
})

const options: OnnxEmbedderOptions = {
  id: 'tiny',
  modelPath: 'm',
  tokenizerPath: 't',
  pooling: 'cls',
  maxTokens: 8,
  dimensions: 2,
}

describe('loadEmbedder', () => {
  it('puts the prefix of the kind before each text', async () => {
    const host = createFakeHost()
    const model = await loadEmbedder(modelsOf(host), { ...options, prefixes: { query: 'query: ' } })
    await model.embed(['a'], { kind: 'query' })
    await model.embed(['b'], { kind: 'document' })
    await model.embed(['c'])
    expect(host.calls.slice(1).map(({ params }) => params.texts)).toEqual([['query: a'], ['b'], ['c']])
  })

  it('sends many texts in groups and puts the answers together in order', async () => {
    const host = createFakeHost()
    const model = await loadEmbedder(modelsOf(host), options)
    const { vectors, tokens, truncated } = await model.embed(Array.from({ length: 300 }, (_, i) => 'x'.repeat(i)))
    expect(vectors.map(([, length]) => length)).toEqual(Array.from({ length: 300 }, (_, i) => i))
    expect(vectors[200]!.buffer.byteLength).toBe(8)
    expect(tokens).toBe(300)
    expect(truncated).toEqual([1, 129, 257])
    expect(host.calls.map(({ method }) => method)).toEqual(['load', 'embed', 'embed', 'embed'])
    expect(await model.embed([])).toEqual({ vectors: [], tokens: 0, truncated: [] })
  })

  it('derives a fingerprint that changes with whatever changes the vectors', async () => {
    const of = async (more: Partial<OnnxEmbedderOptions>): Promise<string> =>
      (await loadEmbedder(modelsOf(createFakeHost()), { ...options, ...more })).fingerprint
    const all = [
      await of({}),
      await of({ pooling: 'mean' }),
      await of({ normalize: false }),
      await of({ maxTokens: 9 }),
      await of({ prefixes: { query: 'q' } }),
      await of({ prefixes: { document: 'q' } }),
      await of({ cutTo: 1 }),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(await of({ id: 'other name', prefixes: {} })).toBe(all[0])
    expect(await of({ cutTo: 2 })).toBe(all[0])
    expect(await of({ fingerprint: 'given' })).toBe('given')
  })

  it('does not start when aborted, and stays closed once disposed', async () => {
    const host = createFakeHost()
    const model = await loadEmbedder(modelsOf(host), options)
    await expect(model.embed(['a'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
    await model[Symbol.asyncDispose]()
    await model[Symbol.asyncDispose]()
    await expect(model.embed(['a'])).rejects.toMatchObject({ code: 'shutting_down' })
    expect(host.calls.map(({ method }) => method)).toEqual(['load', 'unload'])
  })

  it('has nothing to unload from a child that is gone', async () => {
    const host = createFakeHost()
    host.failUnload = new RtError({ code: 'engine_crashed', message: 'gone.' })
    await (await loadEmbedder(modelsOf(host), options))[Symbol.asyncDispose]()
    host.running = false
    await (await loadEmbedder(modelsOf(host), options))[Symbol.asyncDispose]()
    expect(host.calls.map(({ method }) => method)).toEqual(['load', 'unload', 'load'])
  })

  it('refuses to keep more dimensions than there are', async () => {
    await expect(loadEmbedder(modelsOf(createFakeHost()), { ...options, cutTo: 3 })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('2 dimensions'),
    })
  })

  it('names the option that is out of range', async () => {
    await expect(loadEmbedder(modelsOf(createFakeHost()), { ...options, maxTokens: 0 })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('maxTokens of tiny is 0'),
    })
  })

  it('says what it holds and how long it is idle, and starts no host for it', async () => {
    const host = createFakeHost()
    let now = 0
    const model = await loadEmbedder(modelsOf(host, { monotonic: () => now }), options)
    const idle = {
      engine: 'onnx',
      provider: 'cpu',
      kvBytes: 0,
      contextTokens: 8,
      sequences: { open: 0, most: 0 },
      waiting: 0,
    }
    now = 40
    expect(await model.state()).toEqual({ ...idle, weightsBytes: 7, running: 0, idleMs: 40 })
    const gate = Promise.withResolvers<void>()
    host.gate = gate.promise
    const embedding = model.embed(['a'])
    expect(await model.state()).toMatchObject({ running: 1, idleMs: 0 })
    gate.resolve()
    await embedding
    now = 45
    expect(await model.state()).toMatchObject({ running: 0, idleMs: 5 })
    host.running = false
    host.calls.length = 0
    expect(await model.state()).toMatchObject({ weightsBytes: 0 })
    expect(host.calls).toEqual([])
  })
})
