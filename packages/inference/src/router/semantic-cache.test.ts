import { createMessage, type EmbeddingModel, emptyUsage, type KeyValue, type ModelRequest, RtError } from '@rt/core'
import { createFakeClock, createFakeEmbedder, createFakeTelemetry, type ScriptedAnswer } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { ask, lastOf, model, read, REMOTE, settleAll, textOf } from './__fixtures__/models.ts'
import {
  createMemoryKeyValue,
  createResponseCache,
  createRoute,
  createSemanticCache,
  describeRoute,
  type RouteOptions,
  type SemanticCacheOptions,
} from './index.ts'

/** Cosine of the vectors of two of its texts: that of the angle between the numbers of degrees they begin with. */
const degrees = (more: Partial<EmbeddingModel> = {}): EmbeddingModel & { asked: string[] } => {
  const asked: string[] = []
  return {
    ...createFakeEmbedder({ dimensions: 2 }),
    asked,
    async embed(texts) {
      asked.push(...texts)
      const vectors = texts.map((text) => {
        const angle = (ANGLES[text.trim().split(' ').at(-1)!] ?? 90) * (Math.PI / 180)
        return Float32Array.of(Math.cos(angle), Math.sin(angle))
      })
      return { vectors, tokens: 1, truncated: [] }
    },
    ...more,
  }
}
/** cos 10° = 0.985, cos 20° = 0.940. */
const ANGLES: Record<string, number> = { zero: 0, ten: 10, twenty: 20 }

const setUp = (
  options: Partial<SemanticCacheOptions> = {},
  { answers = ['first', 'second', 'third'], ...more }: Partial<RouteOptions> & { answers?: ScriptedAnswer[] } = {},
) => {
  const clock = createFakeClock()
  const embedder = degrees()
  const leg = model('a', answers)
  const store = createMemoryKeyValue({ clock })
  const semanticCache = createSemanticCache({ embedder, store, threshold: 0.95, ttlMs: 1000, clock, ...options })
  const route = createRoute({
    id: 'chat',
    legs: [{ model: leg }],
    semanticCache,
    clock,
    retry: { attempts: 1 },
    ...more,
  })
  const text = async (request: ModelRequest) => textOf(await read(route.stream(request)))
  return { clock, embedder, leg, store, route, text }
}
const question = (word: string, more: Partial<ModelRequest> = {}): ModelRequest =>
  ask(word, { sampling: { temperature: 0 }, ...more })

describe('a route with a semantic cache', () => {
  it('gives the answer of a near question, free of charge, and says how near it was', async () => {
    const { route, leg } = setUp()
    const telemetry = createFakeTelemetry()
    await read(route.stream(question('zero')))
    const parts = await read(route.stream(question('ten'), { span: telemetry.span('chat') }))
    expect(textOf(parts)).toBe('first')
    expect(lastOf(parts)).toEqual({ type: 'finish', finishReason: 'stop', usage: emptyUsage() })
    expect(leg.requests).toHaveLength(1)
    expect(telemetry.roots[0]!.attributes).toMatchObject({
      'rt.cache.hit': true,
      'rt.cache.similarity': 0.9848,
      'rt.cache.threshold': 0.95,
    })
    expect(describeRoute(telemetry.roots[0]!.attributes)).toBe(
      'route chat answered from the cache (similar 0.985 >= 0.95)',
    )
  })

  it('asks the model below the threshold, and shows how far it was', async () => {
    const { route, text } = setUp()
    const telemetry = createFakeTelemetry()
    await text(question('zero'))
    expect(textOf(await read(route.stream(question('twenty'), { span: telemetry.span('chat') })))).toBe('second')
    const { attributes } = telemetry.roots[0]!
    expect(attributes).toMatchObject({ 'rt.cache.similarity': 0.9397, 'rt.cache.threshold': 0.95 })
    expect(describeRoute(attributes)).toBe('route a')
    // Both are kept, and the nearer one answers.
    expect(await text(question('ten zero'))).toBe('first')
    expect(await text(question('twenty'))).toBe('second')
  })

  it('asks the exact cache first, which needs no embedder', async () => {
    const clock = createFakeClock()
    const cache = createResponseCache({ store: createMemoryKeyValue({ clock }) })
    const { text, embedder } = setUp({}, { cache })
    await text(question('zero'))
    expect(await text(question('zero'))).toBe('first')
    expect(embedder.asked).toEqual(['zero'])
    expect(await text(question('ten'))).toBe('first')
  })

  const file = { type: 'file' as const, mediaType: 'application/pdf', data: new Uint8Array([1]) }
  const tools = [{ name: 'delete', description: '', parameters: {} }]
  const labelled = { ...createMessage('system', 'x'), label: 'local-only' as const }
  const after = (...messages: ModelRequest['messages']): Partial<ModelRequest> => ({
    messages: [...messages, createMessage('user', 'zero')],
  })
  it.each<[string, Partial<ModelRequest>, Partial<ModelRequest>?]>([
    ['another principal', { principal: 'ada' }, { principal: 'bob' }],
    ['another system text', after(createMessage('system', 'Be kind.')), after(createMessage('system', 'Be brief.'))],
    ['another turn before', after(createMessage('user', 'a'), createMessage('assistant', 'b')), {}],
    ['another format', { output: { type: 'json' } }, {}],
    ['another length', { maxOutputTokens: 5 }, { maxOutputTokens: 6 }],
    ['other sampling', { sampling: { temperature: 0, seed: 1 } }, { sampling: { temperature: 0, seed: 2 } }],
    [
      'other numbers',
      { messages: [createMessage('user', '2025 zero')] },
      { messages: [createMessage('user', '2026 zero')] },
    ],
    ['sampled answers', { sampling: {} }],
    ['tools on offer', { tools }],
    ['a file in the question', { messages: [createMessage('user', [{ type: 'text', text: 'zero' }, file])] }],
    ['a file before', after(createMessage('user', [file]), createMessage('assistant', 'b'))],
    ['local-only data', after(labelled)],
    ['a question that is not last', { messages: [createMessage('user', 'zero'), createMessage('assistant', 'So')] }],
    ['an empty question', { messages: [createMessage('user', ' ')] }],
  ])('asks the model for %s', async (_what, one, two = one) => {
    const { text, leg } = setUp()
    await text(question('zero', one))
    await text(question('zero', two))
    expect(leg.requests).toHaveLength(2)
  })

  it('takes a request whose tools must not be called, and sampled ones when told to', async () => {
    const { text, leg } = setUp({ sampled: true })
    await text(ask('zero', { tools, toolChoice: 'none' }))
    await text(ask('ten', { tools, toolChoice: 'none' }))
    expect(leg.requests).toHaveLength(1)
  })

  it('keeps whole answers only, and of these the text', async () => {
    const cut: ScriptedAnswer = {
      parts: [
        { type: 'text-delta', text: 'cut' },
        { type: 'finish', finishReason: 'length', usage: emptyUsage() },
      ],
    }
    const thought: ScriptedAnswer = {
      parts: [
        { type: 'reasoning-delta', text: 'Hm' },
        { type: 'reasoning-delta', text: '', provider: { a: { signature: 's' } } },
        { type: 'text-delta', text: 'whole' },
        { type: 'finish', finishReason: 'stop', usage: emptyUsage() },
      ],
    }
    const { route, text } = setUp({}, { answers: [cut, thought, 'no'] })
    expect(await text(question('zero'))).toBe('cut')
    expect(await text(question('zero'))).toBe('whole')
    const parts = await read(route.stream(question('ten')))
    expect(parts.slice(1, -2)).toEqual([{ type: 'text-delta', text: 'whole' }])
  })

  it('forgets the oldest question, and all after their time', async () => {
    const { text, clock, store } = setUp({ maxEntries: 2, threshold: 1 }, { answers: ['1', '2', '3', '4', '5'] })
    for (const word of ['zero', 'ten', 'twenty']) await text(question(word))
    expect([await text(question('twenty')), await text(question('ten'))]).toEqual(['3', '2'])
    expect(await text(question('zero'))).toBe('4')
    await clock.advance(1000)
    expect(await text(question('twenty'))).toBe('5')
    expect(store.bytes).toBeLessThan(2000)
  })

  it('keeps the answers of calls that end together', async () => {
    const { text, leg } = setUp({ threshold: 1 })
    const words = ['zero', 'ten', 'twenty']
    const answers = await Promise.all(words.map((word) => text(question(word))))
    expect(await Promise.all(words.map((word) => text(question(word))))).toEqual(answers)
    expect(leg.requests).toHaveLength(3)
  })

  it('embeds no question that its embedder would cut', async () => {
    const short = degrees({ maxTokens: 5 })
    const cutting = degrees({ embed: async () => ({ vectors: [Float32Array.of(1, 0)], tokens: 1, truncated: [0] }) })
    for (const embedder of [short, cutting]) {
      const { text, leg } = setUp({ embedder })
      const long = 'a long beginning that all of these have in common, and then '
      await text(question(`${long} zero`))
      await text(question(`${long} ten`))
      expect(leg.requests).toHaveLength(2)
    }
    expect(short.asked).toEqual([])
  })

  it('is a miss when the embedder or the store fails, or the embedder hangs', async () => {
    const broken = async (): Promise<never> => {
      throw new RtError({ code: 'network', message: 'gone' })
    }
    const store: KeyValue = { get: broken, set: broken, delete: broken, add: broken }
    expect(await setUp({ store }).text(question('zero'))).toBe('first')
    expect(await setUp({ embedder: degrees({ embed: broken }) }).text(question('zero'))).toBe('first')
    const hanging = setUp({ embedder: degrees({ embed: () => new Promise(() => {}) }), embedMs: 300 })
    const waiting = hanging.text(question('zero'))
    await settleAll()
    await hanging.clock.advance(300)
    expect(await waiting).toBe('first')
  })

  it('ends with the caller while it embeds', async () => {
    const { route, leg } = setUp({ embedder: degrees({ embed: () => new Promise(() => {}) }) })
    const caller = new AbortController()
    const reading = read(route.stream(question('zero'), { signal: caller.signal }))
    await settleAll()
    caller.abort()
    expect(lastOf(await reading)).toMatchObject({ type: 'abort' })
    expect(leg.requests).toHaveLength(0)
  })
})

describe('createSemanticCache', () => {
  const store = createMemoryKeyValue()

  it.each([0.79, 1.01, Number.NaN])('refuses the threshold %s', (threshold) => {
    expect(() => createSemanticCache({ embedder: degrees(), store, threshold })).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    )
  })

  it('refuses to keep no question', () => {
    expect(() => createSemanticCache({ embedder: degrees(), store, threshold: 0.9, maxEntries: 0 })).toThrow(
      /maxEntries/,
    )
  })

  it('sends no question to an embedder elsewhere that a leg of this machine might answer', () => {
    const semanticCache = createSemanticCache({ embedder: degrees({ local: false }), store, threshold: 0.9 })
    const [here, there] = [{ model: model('here', []) }, { model: model('cloud/x', [], REMOTE) }]
    for (const legs of [[here], [there, here]])
      expect(() => createRoute({ id: 'chat', legs, semanticCache })).toThrow(
        expect.objectContaining({ code: 'config_invalid' }),
      )
    expect(createRoute({ id: 'chat', legs: [there], semanticCache }).id).toBe('chat')
  })
})
