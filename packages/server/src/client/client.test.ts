import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve as resolvePath } from 'node:path'
import {
  createMessage,
  emptyUsage,
  type IngestProgress,
  isTerminal,
  type MigrateProgress,
  type MoveProgress,
  type Operations,
  recordFromJson,
  recordToJson,
  RtError,
  type SerializedRtError,
  type StreamPart,
  type VectorRecord,
} from '@rt/core'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createFakeOperations,
  INFO,
  MESSAGES,
  MIGRATED,
  MOVED,
  progress,
  RECORDS,
  REPORT,
  RUN,
  TRACE,
} from '../__fixtures__/fake-operations.ts'
import { aborted, withOperations } from '../__fixtures__/fake-ports.ts'
import { createWatchedClock } from '../__fixtures__/watched-clock.ts'
import { type AppOptions, createApp } from '../index.ts'
import { serve } from '../node/index.ts'
import { type Client, connect, type ConnectOptions } from './index.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing[Symbol.asyncDispose]()
})

const TOKEN = 'lock-token-42'
const QUESTION = { messages: [MESSAGES[0]!] }

/** A client of an app in this process. */
const inProcess = (replaced: Partial<Operations> = {}, options: AppOptions = {}, token = TOKEN) => {
  const operations = createFakeOperations(replaced)
  const app = createApp(withOperations(operations), { localToken: TOKEN, ...options })
  return { operations, client: connect({ address: 'http://127.0.0.1:4141/', token, fetch: app.fetch }) }
}

/** A client of a listening server. */
const overSocket = async (replaced: Partial<Operations> = {}, more: AppOptions = {}) => {
  const operations = createFakeOperations(replaced)
  const app = createApp(withOperations(operations), { localToken: TOKEN, ...more })
  const server = await serve(app, { port: 0, drainMs: 0 })
  open.push(server)
  return { operations, server, client: connect({ address: server.address, token: TOKEN }) }
}

/** A client of something that is no rt. */
const beside = async (
  listener: Parameters<typeof createServer>[1],
  more: Partial<ConnectOptions> = {},
): Promise<Client> => {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return connect({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: TOKEN, ...more })
}

const all = async (parts: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const seen: StreamPart[] = []
  for await (const part of parts) seen.push(part)
  return seen
}

const METHODS: [name: string, ask: (client: Client) => Promise<unknown>, call: unknown[], answer?: unknown][] = [
  ['search', (c) => c.search('größe?', { k: 3, collection: 'a b' }), ['search', 'größe?', { k: 3, collection: 'a b' }]],
  [
    'rerank',
    (c) => c.rerank('größe?', ['a', 'b'], { model: 'm', topK: 1 }),
    ['rerank', 'größe?', ['a', 'b'], { model: 'm', topK: 1 }],
  ],
  ['search alone', (c) => c.search('x'), ['search', 'x', {}]],
  ['documents.list', (c) => c.documents.list(), ['documents.list']],
  ['documents.forget', (c) => c.documents.forget('a.md'), ['documents.forget', 'a.md', {}], true],
  [
    'documents.forget of a collection',
    (c) => c.documents.forget('a.md', { collection: 'ä b' }),
    ['documents.forget', 'a.md', { collection: 'ä b' }],
    true,
  ],
  ['documents.forget of none', (c) => c.documents.forget('../b'), ['documents.forget', '../b', {}], false],
  ['collections.list', (c) => c.collections.list(), ['collections.list']],
  ['collections.drop', (c) => c.collections.drop('ä/b c'), ['collections.drop', 'ä/b c'], true],
  ['collections.describe', (c) => c.collections.describe('ä/b'), ['collections.describe', 'ä/b'], INFO],
  [
    'collections.create',
    (c) =>
      c.collections.create('n', {
        stamp: { dimensions: 2, metric: 'cosine', fingerprint: 'f' },
        options: { tokenizer: 'trigram', ttl: 5, index: 'hnsw', recall: 0.9 },
      }),
    [
      'collections.create',
      'n',
      {
        stamp: { dimensions: 2, metric: 'cosine', fingerprint: 'f' },
        options: { tokenizer: 'trigram', ttl: 5, index: 'hnsw', recall: 0.9 },
      },
    ],
    INFO,
  ],
  ['collections.create alone', (c) => c.collections.create('n'), ['collections.create', 'n', {}], INFO],
  ['collections.get', (c) => c.collections.get('n', ['ä', 'b']), ['collections.get', 'n', ['ä', 'b']], RECORDS],
  [
    'collections.update',
    (c) => c.collections.update('n', [{ id: 'a', set: { x: null }, remove: ['y'] }]),
    ['collections.update', 'n', [{ id: 'a', set: { x: null }, remove: ['y'] }]],
    1,
  ],
  ['collections.delete by id', (c) => c.collections.delete('n', ['a']), ['collections.delete', 'n', ['a']], 2],
  [
    'collections.delete by filter',
    (c) => c.collections.delete('n', { filter: { lang: { in: ['de'] } } }),
    ['collections.delete', 'n', { filter: { lang: { in: ['de'] } } }],
    2,
  ],
  [
    'collections.count',
    (c) => c.collections.count('n', { filter: { a: 1 } }),
    ['collections.count', 'n', { filter: { a: 1 } }],
    2,
  ],
  [
    'collections.scroll',
    (c) => c.collections.scroll('n', { filter: { a: 1 }, limit: 5, after: 'x' }),
    ['collections.scroll', 'n', { filter: { a: 1 }, limit: 5, after: 'x', vectors: true }],
    { records: RECORDS, next: 'b' },
  ],
  [
    'collections.scroll without vectors',
    (c) => c.collections.scroll('n', { vectors: false }),
    ['collections.scroll', 'n', { vectors: false }],
    { records: RECORDS.map((record) => recordFromJson({ ...recordToJson(record), vector: undefined }, '')), next: 'b' },
  ],
  [
    'collections.search',
    (c) =>
      c.collections.search('n', {
        vector: Float32Array.of(0.1, 2),
        text: 'x',
        mode: 'hybrid',
        k: 3,
        filter: { not: { a: { gt: 1 } } },
        fusion: 'rrf',
        weights: { keyword: 1, dense: 2 },
        threshold: { cosine: -0.5 },
        rerank: { model: 'm', candidates: 9 },
        mmr: { lambda: 0.25 },
        group: { by: 'a.b', size: 2 },
        words: 'prefix',
        explain: true,
        exact: true,
      }),
    [
      'collections.search',
      'n',
      {
        vector: Float32Array.of(0.1, 2),
        text: 'x',
        mode: 'hybrid',
        k: 3,
        filter: { not: { a: { gt: 1 } } },
        fusion: 'rrf',
        weights: { keyword: 1, dense: 2 },
        threshold: { cosine: -0.5 },
        rerank: { model: 'm', candidates: 9 },
        mmr: { lambda: 0.25 },
        group: { by: 'a.b', size: 2 },
        words: 'prefix',
        explain: true,
        exact: true,
      },
    ],
  ],
  [
    'search with all that can be tuned',
    (c) => c.search('x', { filter: { a: { exists: true } }, rerank: {}, explain: true, mode: 'keyword' }),
    ['search', 'x', {}],
  ],
  ['threads.list', (c) => c.threads.list(), ['threads.list']],
  ['threads.messages', (c) => c.threads.messages('ada'), ['threads.messages', 'ada'], MESSAGES],
  ['threads.messages of none', (c) => c.threads.messages('none'), ['threads.messages', 'none'], []],
  ['threads.delete', (c) => c.threads.delete('a%2Fb?c#d'), ['threads.delete', 'a%2Fb?c#d'], true],
  ['threads.delete of none', (c) => c.threads.delete('none'), ['threads.delete', 'none'], false],
  ['trace.last', (c) => c.trace.last(), ['trace.last'], TRACE],
  ['trace.get', (c) => c.trace.get('4bf9'), ['trace.get', '4bf9'], TRACE],
  ['trace.list', (c) => c.trace.list({ limit: 3 }), ['trace.list', { limit: 3 }]],
  ['trace.list alone', (c) => c.trace.list(), ['trace.list', {}]],
  ['cost', (c) => c.cost({ days: 7 }), ['cost', { days: 7 }]],
  ['cost alone', (c) => c.cost(), ['cost', {}]],
  [
    'keys.create',
    (c) => c.keys.create({ name: 'ci', scope: 'admin' }),
    ['keys.create', { name: 'ci', scope: 'admin' }],
  ],
  ['keys.list', (c) => c.keys.list(), ['keys.list']],
  ['keys.revoke', (c) => c.keys.revoke('k/1'), ['keys.revoke', 'k/1'], true],
  [
    'runs.list',
    (c) => c.runs.list({ status: 'waiting', thread: 'a&b', limit: 3, principal: 'k' }),
    ['runs.list', { principal: 'k', status: 'waiting', thread: 'a&b', limit: 3 }],
    [RUN],
  ],
  ['runs.get', (c) => c.runs.get('r/1'), ['runs.get', 'r/1', {}], RUN],
  [
    'runs.approve',
    (c) => c.runs.approve('r', { call: 'c', hash: 'h' }),
    ['runs.approve', 'r', { call: 'c', hash: 'h' }, {}],
    RUN,
  ],
  [
    'runs.deny',
    (c) => c.runs.deny('r', { call: 'c', hash: 'h', reason: 'no' }, { principal: 'k' }),
    ['runs.deny', 'r', { call: 'c', hash: 'h', reason: 'no' }, { principal: 'k' }],
    RUN,
  ],
  ['runs.cancel', (c) => c.runs.cancel('r'), ['runs.cancel', 'r', {}], true],
  ['runs.delete', (c) => c.runs.delete('none', { principal: 'k' }), ['runs.delete', 'none', { principal: 'k' }], false],
  [
    'runs.resume',
    (c) => all(c.runs.resume('r')),
    ['runs.resume', 'r', {}],
    [
      { type: 'text-delta', text: 'on' },
      { type: 'finish', finishReason: 'stop', usage: emptyUsage() },
    ],
  ],
  [
    'runs.stream',
    (c) => all(c.runs.stream('r', { after: 5 })),
    ['runs.stream', 'r', { after: 5 }],
    [
      { type: 'text-delta', text: 'on' },
      { type: 'finish', finishReason: 'stop', usage: emptyUsage() },
    ],
  ],
  ['status', (c) => c.status(), ['status'], { version: '0.1.0', pid: 7, startedAt: 1, models: [] }],
  ['unload', (c) => c.unload('hf:a/b'), ['unload', 'hf:a/b'], true],
  ['unload of none', (c) => c.unload('none'), ['unload', 'none'], false],
  ['backup', (c) => c.backup('/tmp/copy.db'), ['backup', '/tmp/copy.db'], { path: '/tmp/copy.db', bytes: 4096 }],
]

describe.each(['in this process', 'over a socket'])('the client %s', (where) => {
  const start = async (replaced?: Partial<Operations>, more?: AppOptions) =>
    where === 'over a socket' ? overSocket(replaced, more) : inProcess(replaced, more)

  it.each(METHODS)('asks %s', async (_name, ask, call, answer) => {
    const { client, operations } = await start()
    const given = await ask(client)
    expect(operations.calls).toEqual([call])
    const [name] = call as [string]
    const own = createFakeOperations()
    // What the operations themselves say, when no answer is written down.
    const [group, method] = name.split('.') as [keyof Operations, string?]
    const target = method
      ? (own[group] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]!
      : own[group]
    expect(given).toEqual(answer ?? (await (target as (...args: unknown[]) => Promise<unknown>)(...call.slice(1))))
  })

  it('has no last trace where there is none', async () => {
    const { client } = await start({ trace: { ...createFakeOperations().trace, last: async () => undefined } })
    expect(await client.trace.last()).toBeUndefined()
  })

  it('turns, with every field and with bytes', async () => {
    const { client, operations } = await start()
    const request = {
      messages: [...MESSAGES, { ...createMessage('user', 'My pay.'), label: 'local-only' as const }],
      thread: 'ada',
      model: 'agent.a',
      toolChoice: { name: 'now' },
      system: 'Be brief.',
      retrieve: 'handbook',
      output: { type: 'json' as const, schema: { type: 'object' }, name: 'n' },
      sampling: {
        temperature: 0,
        topP: 0.5,
        topK: 1,
        minP: 0,
        repeatPenalty: 1.1,
        presencePenalty: -1,
        frequencyPenalty: 1,
        seed: 7,
      },
      stop: ['\n'],
      maxOutputTokens: 9,
      reasoning: { effort: 'low' as const, budgetTokens: 2048 },
      limits: { steps: 2 },
      keepAliveMs: -1,
      label: 'local-only' as const,
    }
    const parts = await all(client.turn(request))
    expect(parts.map(({ type }) => type)).toEqual(['start', 'text-delta', 'finish'])
    expect(parts[1]).toEqual({ type: 'text-delta', text: 'Hallo\n👋 \u2028' })
    expect(operations.calls[0]![1]).toEqual(request)
  })

  it('ingests, telling progress', async () => {
    const { client, operations } = await start()
    const seen: IngestProgress[] = []
    const options = { prune: true, label: 'local-only' as const }
    expect(await client.ingest(['docs', '/a'], { ...options, onProgress: (p) => seen.push(p) })).toEqual(REPORT)
    expect(seen).toEqual([1, 2, 3].map(progress))
    expect(operations.calls).toEqual([['ingest', [resolvePath('docs'), '/a'], options]])
  })

  it('upserts arrays in one request, and iterables as they come', async () => {
    const { client, operations } = await start()
    expect(await client.collections.upsert('n', RECORDS)).toBe(2)
    const vector = Float32Array.from({ length: 1024 }, (_, i) => i + 1)
    async function* many() {
      for (let i = 0; i < 600; i++) yield { id: `r${i}`, vector }
    }
    expect(await client.collections.upsert('n', many())).toBe(600)
    const [whole, ...pieces] = operations.calls.map(([, , taken]) => taken as VectorRecord[])
    expect(whole).toEqual(RECORDS)
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.flat()).toEqual(Array.from({ length: 600 }, (_, i) => ({ id: `r${i}`, vector })))
  })

  it('asks for the next records when the last ones are stored', async () => {
    let given = 0
    const stored: number[] = []
    const own = createFakeOperations()
    const { client } = await start({
      collections: {
        ...own.collections,
        async upsert(_name, records) {
          stored.push(given)
          return (records as VectorRecord[]).length
        },
      },
    })
    const vector = new Float32Array(65_536).fill(1)
    function* many() {
      for (; given < 20; given++) yield { id: `r${given}`, vector }
    }
    expect(await client.collections.upsert('n', many())).toBe(20)
    // 7 of these fill a request; the eighth was taken to see that.
    expect(stored[0]).toBeLessThan(9)
    expect(stored).toHaveLength(3)
  })

  it('reads all records of a collection', async () => {
    const { client, operations } = await start()
    const seen: VectorRecord[] = []
    for await (const record of client.collections.records('n', { filter: { a: 1 } })) seen.push(record)
    expect(seen).toEqual(RECORDS)
    expect(operations.calls.at(-1)).toEqual(['collections.records', 'default', { filter: { a: 1 }, vectors: true }])
    const missing = client.collections.records('none')[Symbol.asyncIterator]()
    await expect(missing.next()).rejects.toMatchObject({ code: 'not_found', hint: 'rt collections.' })
  })

  it('moves a collection, telling progress', async () => {
    const { client, operations } = await start()
    const seen: MoveProgress[] = []
    const to = { store: 'qdrant' as const, url: 'http://127.0.0.1:6333', apiKey: 'k' }
    expect(await client.collections.move('n', { to, keep: true, onProgress: (p) => seen.push(p) })).toEqual(MOVED)
    await client.collections.move('n', { from: to, to: { store: 'lancedb', url: 'vectors' } })
    expect(seen).toEqual([{ pass: 1, done: 2, total: 2, changed: 2 }])
    expect(operations.calls).toEqual([
      ['collections.move', 'n', { to, from: undefined, keep: true }],
      ['collections.move', 'n', { from: to, to: { store: 'lancedb', url: resolvePath('vectors') }, keep: undefined }],
    ])
  })

  it('migrates a collection, telling progress', async () => {
    const { client, operations } = await start()
    const seen: MigrateProgress[] = []
    expect(await client.collections.migrate('n', { force: true, onProgress: (p) => seen.push(p) })).toEqual(MIGRATED)
    expect(seen).toEqual([{ done: 1, total: 2 }])
    expect(operations.calls).toEqual([['collections.migrate', 'n', { force: true }]])
  })

  it('points aliases', async () => {
    const { client, operations } = await start()
    await client.collections.alias({ live: 'b', old: null })
    expect(operations.calls).toEqual([['collections.alias', { live: 'b', old: null }]])
  })

  it('gets the errors of the other side as they were', async () => {
    const given: SerializedRtError = {
      code: 'stamp_mismatch',
      message: 'm',
      hint: 'h',
      retryable: true,
      data: { a: [1] },
    }
    const fail = async (): Promise<never> => {
      throw new RtError(given)
    }
    const { client } = await start({
      search: fail,
      ingest: fail,
      async *turn() {
        yield { type: 'error', error: given }
      },
    })
    const errors = [client.search('x'), client.ingest('/a')].map((asked) => asked.catch((error: unknown) => error))
    for (const error of await Promise.all(errors)) {
      expect(RtError.isInstance(error)).toBe(true)
      expect((error as RtError).toJSON()).toEqual(given)
    }
    expect(await all(client.turn(QUESTION))).toEqual([{ type: 'error', error: given }])
    await expect(client.trace.get('none')).rejects.toMatchObject({ code: 'not_found', hint: 'rt trace list.' })
  })

  it('aborts the work of the other side', async () => {
    const signals: Record<string, PromiseWithResolvers<AbortSignal>> = {
      turn: Promise.withResolvers(),
      ingest: Promise.withResolvers(),
      search: Promise.withResolvers(),
      forget: Promise.withResolvers(),
      drop: Promise.withResolvers(),
      deleteThread: Promise.withResolvers(),
      unload: Promise.withResolvers(),
      backup: Promise.withResolvers(),
    }
    const own = createFakeOperations()
    const wait = async (name: string, signal: AbortSignal): Promise<never> => {
      signals[name]!.resolve(signal)
      await aborted(signal)
      throw new RtError({ code: 'aborted', message: 'aborted.' })
    }
    const { client } = await start({
      async *turn(_request, options) {
        signals['turn']!.resolve(options!.signal!)
        yield { type: 'text-delta', text: 'a' }
        await wait('turn', options!.signal!)
      },
      ingest: (_paths, options) => wait('ingest', options!.signal!),
      search: (_query, options) => wait('search', options!.signal!),
      documents: { ...own.documents, forget: (_source, options) => wait('forget', options!.signal!) },
      collections: { ...own.collections, drop: (_name, options) => wait('drop', options!.signal!) },
      threads: { ...own.threads, delete: (_id, options) => wait('deleteThread', options!.signal!) },
      unload: (_model, options) => wait('unload', options!.signal!),
      backup: (_path, options) => wait('backup', options!.signal!),
    })
    const gone = new AbortController()
    const { signal } = gone
    const turn = client.turn(QUESTION, { signal })[Symbol.asyncIterator]()
    await turn.next()
    const rest = [
      client.ingest('/a', { signal }),
      client.search('x', { signal }),
      client.documents.forget('a.md', { signal }),
      client.collections.drop('a', { signal }),
      client.threads.delete('ada', { signal }),
      client.unload('m', { signal }),
      client.backup('/copy.db', { signal }),
    ].map((asked) => asked.then(() => 'done').catch((error: RtError) => error.code))
    const theirs = await Promise.all(Object.values(signals).map(({ promise }) => promise))
    gone.abort()
    expect(await turn.next()).toMatchObject({ value: { type: 'abort' } })
    expect(await turn.next()).toMatchObject({ done: true })
    expect(await Promise.all(rest)).toEqual(rest.map(() => 'aborted'))
    await Promise.all(theirs.map(aborted))
  })

  it('aborts a turn whose reader has enough', async () => {
    const signal = Promise.withResolvers<AbortSignal>()
    const { client } = await start({
      async *turn(_request, options) {
        signal.resolve(options!.signal!)
        for (;;) {
          yield { type: 'text-delta', text: 'a' }
          await new Promise((resolve) => setImmediate(resolve))
        }
      },
    })
    for await (const part of client.turn(QUESTION)) if (part.type === 'text-delta') break
    await aborted(await signal.promise)
  })

  it('asks nothing when its signal has fired before', async () => {
    const { client, operations } = await start()
    const signal = AbortSignal.abort()
    expect(await all(client.turn(QUESTION, { signal }))).toMatchObject([{ type: 'abort' }])
    await expect(client.search('x', { signal })).rejects.toMatchObject({ code: 'aborted' })
    expect(operations.calls).toEqual([])
  })

  it('stops the server', async () => {
    const asked = Promise.withResolvers<void>()
    const { client } = await start({}, { onShutdown: () => asked.resolve() })
    await client.shutdown()
    await asked.promise
  })
})

describe('a client and its server', () => {
  it('read no faster than they are read', async () => {
    let produced = 0
    const { client, server } = await overSocket({
      async *turn(_request, options) {
        while (!options!.signal!.aborted) {
          produced++
          yield { type: 'text-delta', text: 'x'.repeat(65_536) }
          await new Promise((resolve) => setImmediate(resolve))
        }
      },
    })
    const turn = client.turn(QUESTION)[Symbol.asyncIterator]()
    await turn.next()
    let before = -1
    // Still when 50 turns of the loop, each with a health request, bring nothing more.
    while (before !== produced) {
      before = produced
      for (let i = 0; i < 50; i++) await (await fetch(`${server.address}/health`)).text()
    }
    expect(produced).toBeLessThan(1000)
    await turn.return!()
  })

  it('close together: the answer to shutdown still arrives', async () => {
    const { client, server } = await overSocket({}, { onShutdown: () => server.close({ drainMs: 0 }) })
    await client.shutdown()
    await server.close()
    await expect(client.status()).rejects.toMatchObject({ code: 'network' })
  })

  it('keep the token to themselves', async () => {
    const { client } = inProcess({}, { onError: () => {} }, 'wrong-canary')
    const errors = [client.status(), client.search('x'), client.ingest('/a')].map((asked) =>
      asked.catch((error: unknown) => error),
    )
    for (const error of await Promise.all(errors)) {
      expect(error).toMatchObject({ code: 'unauthorized' })
      expect(JSON.stringify(error)).not.toContain('canary')
    }
    expect(await all(client.turn(QUESTION))).toMatchObject([{ type: 'error', error: { code: 'unauthorized' } }])
  })
})

describe('a client of nothing', () => {
  const nobody = async (): Promise<Client> => {
    const { server, client } = await overSocket()
    await server.close()
    return client
  }

  it('says network, naming the address, and never throws from a turn', async () => {
    const client = await nobody()
    const error = await client.status().catch((thrown: unknown) => thrown as RtError)
    expect(error).toMatchObject({
      code: 'network',
      retryable: true,
      message: expect.stringMatching(/nothing answers at http:\/\/127\.0\.0\.1:\d+\./),
    })
    expect(JSON.stringify(error)).not.toContain(TOKEN)
    expect(await all(client.turn(QUESTION))).toMatchObject([{ type: 'error', error: { code: 'network' } }])
    await expect(client.ingest('/a')).rejects.toMatchObject({ code: 'network' })
  })

  it('says so with a given fetch too', async () => {
    const { server } = await overSocket()
    await server.close()
    const client = connect({ address: server.address, token: TOKEN, fetch: (request) => fetch(request) })
    await expect(client.status()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('nothing answers'),
    })
  })

  it.each([
    ['another program', (body: string): string => body, 200, '<html>', 'not JSON'],
    ['another program’s error', (body: string): string => body, 404, 'Not Found', 'status 404'],
    ['an error of another shape', (body: string): string => body, 500, '{"error":"x"}', 'status 500'],
    [
      'an error of a code nobody knows',
      (body: string): string => body,
      400,
      '{"error":{"code":"toString","message":"m"}}',
      'status 400',
    ],
    ['a redirect', (body: string): string => body, 302, '', 'status 302'],
  ])('says so of %s', async (_what, _f, status, body, text) => {
    const client = await beside((_request, response) => response.writeHead(status, { location: '/other' }).end(body))
    await expect(client.status()).rejects.toMatchObject({
      code: 'network',
      retryable: false,
      message: expect.stringContaining(text),
    })
    const last = (await all(client.turn(QUESTION))).at(-1)!
    expect(isTerminal(last) && last.type).toBe('error')
  })

  it.each([
    ['its connection cut', '{"type":"text-delta","text":"a"}\n', true],
    ['no terminal part', '{"type":"text-delta","text":"a"}\n', false],
    ['half a line', '{"type":"text-delta","text":"a"}\n{"type":"fin', false],
  ])('ends a turn with %s in an error', async (_what, text, cut) => {
    const client = await beside((_request, response) => {
      response.writeHead(200).write(text, () => (cut ? response.destroy() : response.end()))
    })
    expect(await all(client.turn(QUESTION))).toEqual([
      { type: 'text-delta', text: 'a' },
      { type: 'error', error: expect.objectContaining({ code: 'network' }) },
    ])
    await expect(client.ingest('/a')).rejects.toMatchObject({ code: 'network' })
  })

  it('puts lines together from any pieces', async () => {
    const bytes = new TextEncoder().encode('\n\n{"type":"text-delta","text":"ö👋"}\n\n{"type":"abort","reason":"é"}\n')
    const client = await beside((_request, response) => {
      for (const byte of bytes) response.write(Uint8Array.of(byte))
      response.end()
    })
    expect(await all(client.turn(QUESTION))).toEqual([
      { type: 'text-delta', text: 'ö👋' },
      { type: 'abort', reason: 'é' },
    ])
  })

  it('gives up on a server that says nothing, and only then', async () => {
    const clock = createWatchedClock()
    const gate = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    const client = await beside(
      async (_request, response) => {
        response.on('close', left.resolve)
        response.writeHead(200).write('{"type":"text-delta","text":"a"}\n')
        await gate.promise
        response.write('\n')
      },
      { clock },
    )
    const turn = client.turn(QUESTION)[Symbol.asyncIterator]()
    expect(await turn.next()).toMatchObject({ value: { text: 'a' } })
    const next = turn.next()
    await clock.whenSleeping(1)
    void clock.advance(59_999)
    gate.resolve()
    // The heartbeat: the wait begins anew.
    await clock.whenSleeping(0)
    await clock.whenSleeping(1)
    void clock.advance(59_999)
    expect(clock.sleeping).toBe(1)
    void clock.advance(1)
    expect(await next).toMatchObject({
      value: { type: 'error', error: { code: 'timeout', message: expect.stringContaining('60 s') } },
    })
    await left.promise
  })

  it.each<[string, (client: Client) => Promise<unknown>]>([
    ['documents.forget', (client) => client.documents.forget('a.md')],
    ['collections.drop', (client) => client.collections.drop('a')],
    ['threads.delete', (client) => client.threads.delete('ada')],
    ['unload', (client) => client.unload('m')],
    ['backup', (client) => client.backup('/copy.db')],
  ])('waits for %s, which may wait itself for a running ingest', async (_name, ask) => {
    const clock = createWatchedClock()
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const client = await beside(
      async (_request, response) => {
        asked.resolve()
        await gate.promise
        response.end('{"deleted":true,"unloaded":true}')
      },
      { clock },
    )
    const answer = ask(client)
    await asked.promise
    void clock.advance(3_600_000)
    gate.resolve()
    expect(await answer).toBeTruthy()
  })

  it('does not wait forever for what should be quick', async () => {
    const clock = createWatchedClock()
    const client = await beside(() => {}, { clock })
    const status = client.status().catch((error: RtError) => error.code)
    await clock.whenSleeping(1)
    void clock.advance(60_000)
    expect(await status).toBe('timeout')
  })
})

describe('what a client refuses by itself', () => {
  it.each(['', 'localhost:4141', '127.0.0.1', 'ftp://x', 'http://', '/rt'])('the address %j', (address) => {
    expect(() => connect({ address, token: TOKEN })).toThrow(/is not the address/)
  })

  it.each(['', '.', '..'])('the name %j, which no path can hold', async (name) => {
    const { client, operations } = inProcess()
    for (const asked of [
      client.threads.messages(name),
      client.threads.delete(name),
      client.collections.drop(name),
      client.keys.revoke(name),
      client.trace.get(name),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'invalid_request' })
    expect(operations.calls).toEqual([])
  })

  it.each(['abc\n', ' abc', 'abc\u0000', 'ключ'])(
    'the token %j, which no header can hold, without telling it',
    (token) => {
      const make = (): unknown => connect({ address: 'http://127.0.0.1:4141', token })
      expect(make).toThrow(expect.objectContaining({ code: 'invalid_request' }))
      expect(make).toThrow(/token .* no header/)
      expect(make).not.toThrow(token.trim())
    },
  )
})
