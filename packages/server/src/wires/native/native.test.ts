import { type IngestOptions, RtError, type StreamPart, type Usage } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createFakeOperations, progress, REPORT } from '../../__fixtures__/fake-operations.ts'
import { aborted, createFakePorts, post, withOperations } from '../../__fixtures__/fake-ports.ts'
import { createWatchedClock } from '../../__fixtures__/watched-clock.ts'
import { type AppEnv, type AppOptions, createApp, type NativeErrorBody } from '../../index.ts'

const ADMIN = { authorization: 'Bearer t0' }
const MESSAGE = { v: 1, id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }

const createSubject = (replaced: Parameters<typeof createFakeOperations>[0] = {}, options: AppOptions = {}) => {
  const operations = createFakeOperations(replaced)
  const app = createApp(withOperations(operations), { localToken: 't0', ...options })
  const send = (path: string, body: unknown, env?: AppEnv): Promise<Response> => app.fetch(post(path, body, ADMIN), env)
  const get = (path: string, method = 'GET'): Promise<Response> =>
    app.fetch(new Request(`http://127.0.0.1${path}`, { method, headers: ADMIN }))
  return { operations, app, send, get }
}

const linesOf = async (response: Response): Promise<unknown[]> =>
  (await response.text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown)

describe('the native API', () => {
  it('is not there without operations', async () => {
    const app = createApp(createFakePorts(), { localToken: 't0' })
    expect((await app.fetch(post('/rt/turn', {}, ADMIN))).status).toBe(404)
    expect(await (await app.fetch(new Request('http://127.0.0.1/'))).text()).not.toContain('/rt/')
    expect(await (await createSubject().get('/')).text()).toContain('/rt/status')
  })

  it('asks for the token also on loopback without keys', async () => {
    const { app } = createSubject()
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await app.fetch(new Request('http://127.0.0.1/rt/status', { headers }))).status
    expect([await status({}), await status({ authorization: 'Bearer t1' }), await status(ADMIN)]).toEqual([
      401, 401, 200,
    ])
  })

  it('keeps answers out of caches', async () => {
    const { get } = createSubject()
    for (const path of ['/rt/threads', '/rt/traces/none'])
      expect((await get(path)).headers.get('cache-control')).toBe('no-store')
  })

  it.each<[string, object, string]>([
    ['/rt/ingest', { paths: ['docs'] }, 'paths[0]'],
    ['/rt/ingest', { paths: ['../docs'] }, 'paths[0]'],
    ['/rt/ingest', { paths: ['/a\u0000b'] }, 'paths[0]'],
    ['/rt/ingest', { paths: [] }, 'paths'],
    ['/rt/ingest', { paths: '/a' }, 'paths'],
    ['/rt/ingest', { paths: ['/a'], principal: 'bob' }, 'body'],
    ['/rt/ingest', { paths: ['/a'], label: 'local' }, 'label'],
    ['/rt/turn', { messages: [MESSAGE], label: 'local' }, 'label'],
    ['/rt/turn', { messages: [{ ...MESSAGE, label: 'local' }] }, 'messages[0].label'],
    ['/rt/runs/r/approve', { call: 'c' }, 'hash'],
    ['/rt/runs/r/deny', { call: 'c', hash: 'h', approved: true }, 'body'],
    ['/rt/backup', { path: 'copy.db' }, 'path'],
    ['/rt/search', { query: 'x', k: 0 }, 'k'],
    ['/rt/search', {}, 'query'],
    ['/rt/search', { query: 'x', filter: [] }, 'filter'],
    ['/rt/search', { query: 'x', rerank: true }, 'rerank'],
    ['/rt/search', { query: 'x', mode: 'best' }, 'mode'],
    ['/rt/search', { query: 'x', threshold: { cos: 1 } }, 'threshold'],
    ['/rt/collections', { name: '' }, 'name'],
    [
      '/rt/collections',
      { name: 'a', stamp: { dimensions: 0, metric: 'cosine', fingerprint: 'f' } },
      'stamp.dimensions',
    ],
    ['/rt/collections', { name: 'a', options: { index: 'best' } }, 'options.index'],
    ['/rt/aliases', { changes: { a: 1 } }, 'changes.a'],
    ['/rt/collections/n/records', { records: {} }, 'records'],
    ['/rt/collections/n/records', { records: [{ id: 'a' }, { id: 5 }] }, 'records[1].id'],
    ['/rt/collections/n/records', { records: [{ id: 'a', vector: [1, '2'] }] }, 'records[0].vector[1]'],
    ['/rt/collections/n/get', { ids: 'a' }, 'ids'],
    ['/rt/collections/n/update', { changes: [{ set: {} }] }, 'changes[0].id'],
    ['/rt/collections/n/scroll', { limit: 0 }, 'limit'],
    ['/rt/collections/n/scroll', { vectors: 'text' }, 'vectors'],
    ['/rt/collections/n/search', { vector: 'x' }, 'vector'],
    ['/rt/collections/n/search', { text: 'x', k: 0 }, 'k'],
    ['/rt/collections/n/search', { text: 'x', rerank: { model: '' } }, 'rerank.model'],
    ['/rt/collections/n/move', { to: { store: 'redis' } }, 'to.store'],
    ['/rt/collections/n/migrate', { force: 1 }, 'force'],
    ['/rt/documents/forget', { source: '' }, 'source'],
    ['/rt/keys', { name: 'ci', scope: 'root' }, 'scope'],
    ['/rt/keys', { name: '', scope: 'chat' }, 'name'],
    ['/rt/models/unload', {}, 'model'],
    ['/rt/turn', { messages: [] }, 'messages'],
    ['/rt/turn', { messages: [{ ...MESSAGE, v: 2 }] }, 'messages[0].v'],
    ['/rt/turn', { messages: [{ ...MESSAGE, parts: [{ type: 'text' }] }] }, 'messages[0].parts[0].text'],
    ['/rt/turn', { messages: [MESSAGE], model: '/etc/passwd' }, 'model'],
    ['/rt/turn', { messages: [MESSAGE], model: 'hf:a/b/c.gguf' }, 'model'],
    ['/rt/turn', { messages: [MESSAGE], principal: 'bob' }, 'body'],
    ['/rt/turn', { messages: [MESSAGE], sampling: { temperature: 9 } }, 'sampling.temperature'],
    ['/rt/turn', { messages: [MESSAGE], sampling: { temperature: Number.NaN } }, 'sampling.temperature'],
    ['/rt/turn', { messages: [MESSAGE], sampling: { temperature: Infinity } }, 'sampling.temperature'],
    ['/rt/turn', { messages: [MESSAGE], sampling: { topK: -1 } }, 'sampling.topK'],
    ['/rt/turn', { messages: [MESSAGE], sampling: { topK: 2 ** 31 } }, 'sampling.topK'],
    ['/rt/turn', { messages: [MESSAGE], sampling: { seed: 2 ** 64 } }, 'sampling.seed'],
    ['/rt/turn', { messages: [MESSAGE], maxOutputTokens: 0 }, 'maxOutputTokens'],
    ['/rt/turn', { messages: [MESSAGE], maxOutputTokens: -5 }, 'maxOutputTokens'],
    ['/rt/turn', { messages: [MESSAGE], n_ctx: 2 ** 31 }, 'body'],
    ['/rt/turn', { messages: [MESSAGE], keepAliveMs: -2 }, 'keepAliveMs'],
    ['/rt/turn', { messages: [MESSAGE], keepAliveMs: 1e12 }, 'keepAliveMs'],
  ])('%s refuses %j naming %s', async (path, body, param) => {
    const { send, operations } = createSubject()
    const response = await send(path, body)
    expect(response.status).toBe(400)
    expect((await response.json()) as NativeErrorBody).toMatchObject({
      error: { code: 'invalid_request', retryable: false, data: { param } },
    })
    expect(operations.calls).toEqual([])
  })

  it.each<[object, string]>([
    [{ ids: ['a'], filter: { lang: 'en' } }, 'body: give ids or a filter, not both.'],
    [{}, 'body: give ids or a filter.'],
    [{ ids: 'a' }, 'ids: Invalid input: expected array, received string.'],
    [{ filter: ['a'] }, 'filter: Invalid input: expected object.'],
  ])('says of a deletion of %j what is wrong', async (body, message) => {
    const { send, operations } = createSubject()
    const response = await send('/rt/collections/n/delete', body)
    expect(response.status).toBe(400)
    expect((await response.json()) as NativeErrorBody).toMatchObject({ error: { message } })
    expect(operations.calls).toEqual([])
  })

  it.each(['/rt/traces?limit=0', '/rt/traces?limit=x', '/rt/traces?limit=', '/rt/cost?days=1.5', '/rt/cost?weeks=1'])(
    'refuses %s',
    async (path) => {
      const { get, operations } = createSubject()
      expect((await get(path)).status).toBe(400)
      expect(operations.calls).toEqual([])
    },
  )

  it('answers an error in its serialized form, with its status', async () => {
    const response = await createSubject().get('/rt/traces/none')
    expect([response.status, await response.json()]).toEqual([
      404,
      {
        error: {
          code: 'not_found',
          message: 'no trace none.',
          hint: 'rt trace list.',
          retryable: false,
          data: { id: 'none' },
        },
      },
    ])
  })

  it('names the methods of a path that has others', async () => {
    const response = await createSubject().get('/rt/keys', 'PUT')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect(((await response.json()) as NativeErrorBody).error.hint).toBe('Use GET or POST.')
    expect((await createSubject().get('/rt/threads/a')).headers.get('allow')).toBe('DELETE')
  })

  it('refuses bodies that are not JSON, or too large', async () => {
    const { app, send } = createSubject({}, { maxBodyBytes: 100 })
    const form = new Request('http://127.0.0.1/rt/search', { method: 'POST', headers: ADMIN, body: 'query=x' })
    expect((await app.fetch(form)).status).toBe(415)
    expect((await send('/rt/search', { query: 'x'.repeat(200) })).status).toBe(413)
  })
})

describe('POST /rt/turn', () => {
  it('answers one JSON value a line, ending in one terminal part', async () => {
    const response = await createSubject().send('/rt/turn', { messages: [MESSAGE], thread: 'ada' })
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
    expect(await linesOf(response)).toEqual([
      { type: 'start', model: 'smollm2:135m', traceId: '4bf9' },
      { type: 'text-delta', text: 'Hallo\n👋 \u2028' },
      expect.objectContaining({ type: 'finish' }),
    ])
  })

  const endOf = async (turn: () => AsyncGenerator<StreamPart>, env?: AppEnv): Promise<unknown> => {
    const seen: unknown[] = []
    const { send } = createSubject({ turn }, { onError: (error) => seen.push(error) })
    const lines = await linesOf(await send('/rt/turn', { messages: [MESSAGE] }, env))
    return { last: lines.at(-1), count: lines.length, seen: seen.map(String) }
  }

  it('passes nothing on after the terminal part', async () => {
    const end = await endOf(async function* () {
      yield { type: 'abort', reason: 'told to' }
      yield { type: 'text-delta', text: 'late' }
    })
    expect(end).toEqual({ last: { type: 'abort', reason: 'told to' }, count: 1, seen: [] })
  })

  it('makes an error of what is thrown or has no end, and keeps defects for the log', async () => {
    const thrown = await endOf(async function* () {
      yield { type: 'text-delta', text: 'a' }
      throw new Error('ENOENT /home/ada/canary')
    })
    expect(thrown).toMatchObject({ last: { type: 'error', error: { code: 'internal' } }, count: 2 })
    expect(JSON.stringify((thrown as { last: unknown }).last)).not.toContain('canary')
    expect((thrown as { seen: string[] }).seen).toEqual(['Error: ENOENT /home/ada/canary'])

    const sent = await endOf(async function* () {
      const error = new RtError({ code: 'internal', message: '/home/ada/canary' }).toJSON()
      yield { type: 'error', error }
    })
    expect(JSON.stringify((sent as { last: unknown }).last)).not.toContain('canary')

    expect(await endOf(async function* () {})).toMatchObject({
      last: { type: 'error', error: { code: 'internal' } },
      count: 1,
    })
    const known = await endOf(async function* () {
      yield* []
      throw new RtError({ code: 'model_not_found', message: 'no x.', hint: 'There is y.' })
    })
    expect(known).toMatchObject({
      last: { type: 'error', error: { code: 'model_not_found', hint: 'There is y.' } },
      seen: [],
    })
  })

  it('ends in an error also where JSON cannot say what came', async () => {
    const usage = { input: 1n } as unknown as Usage
    const end = await endOf(async function* () {
      yield { type: 'text-delta', text: 'a' }
      yield { type: 'finish', finishReason: 'stop', usage }
    })
    expect(end).toEqual({
      last: { type: 'error', error: expect.objectContaining({ code: 'internal' }) as unknown },
      count: 2,
      seen: [expect.stringContaining('BigInt')],
    })
    const thrown = await endOf(async function* () {
      yield* []
      throw new RtError({ code: 'conflict', message: 'm', data: { n: 1n as unknown as number } })
    })
    expect(thrown).toMatchObject({ last: { type: 'error', error: { code: 'internal' } }, count: 1 })
  })

  it('says that the server closes, where that is why', async () => {
    const shutdown = AbortSignal.abort(new RtError({ code: 'shutting_down', message: 'closing.' }))
    const abort = (): AsyncGenerator<StreamPart> =>
      (async function* () {
        yield { type: 'abort', reason: 'aborted' }
      })()
    expect(await endOf(abort, { shutdown })).toMatchObject({
      last: { type: 'error', error: { code: 'shutting_down', retryable: true } },
    })
  })

  it('sends an empty line in the silences', async () => {
    const clock = createWatchedClock()
    const gate = Promise.withResolvers<void>()
    const { send } = createSubject(
      {
        async *turn() {
          await gate.promise
          yield { type: 'abort', reason: 'end' }
        },
      },
      { clock, heartbeatMs: 1000 },
    )
    const response = await send('/rt/turn', { messages: [MESSAGE] })
    const reader = response.body!.getReader()
    const first = reader.read()
    await clock.whenSleeping(1)
    void clock.advance(1000)
    expect(new TextDecoder().decode((await first).value)).toBe('\n')
    gate.resolve()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"type":"abort","reason":"end"}\n')
  })
})

describe('POST /rt/ingest', () => {
  it('tells progress, then the report', async () => {
    const response = await createSubject().send('/rt/ingest', { paths: ['/docs'], prune: true })
    expect(await linesOf(response)).toEqual([
      ...[1, 2, 3].map((done) => ({ type: 'progress', ...progress(done) })),
      { type: 'report', report: REPORT },
    ])
  })

  it('tells what went wrong, also when it went wrong at once', async () => {
    const { send } = createSubject({
      ingest() {
        throw new RtError({ code: 'disk_full', message: 'needs 2 GB.' })
      },
    })
    expect(await linesOf(await send('/rt/ingest', { paths: ['/docs'] }))).toEqual([
      { type: 'error', error: { code: 'disk_full', message: 'needs 2 GB.', retryable: false } },
    ])
  })

  it('ends in an error also where JSON cannot say what came', async () => {
    const odd = { ms: 1n as unknown as number }
    const options: AppOptions = { onError: () => {} }
    for (const ingest of [
      async () => ({ ...REPORT, ...odd }),
      async () => {
        throw new RtError({ code: 'disk_full', message: 'm', data: odd })
      },
      async (_paths: unknown, given?: IngestOptions) => {
        given?.onProgress?.({ ...progress(1), ...odd })
        return REPORT
      },
    ]) {
      const lines = await linesOf(await createSubject({ ingest }, options).send('/rt/ingest', { paths: ['/docs'] }))
      expect(lines).toMatchObject([{ type: 'error', error: { code: 'internal' } }])
    }
  })

  it('keeps a bound on what nobody reads, and the newest of it', async () => {
    const { send } = createSubject({
      async ingest(_paths, options) {
        for (let done = 1; done <= 5000; done++) options?.onProgress?.(progress(done))
        return REPORT
      },
    })
    const lines = await linesOf(await send('/rt/ingest', { paths: ['/docs'] }))
    expect(lines).toHaveLength(1001)
    expect(lines.at(-2)).toMatchObject({ done: 5000 })
  })

  it('is aborted when its reader goes away', async () => {
    const signal = Promise.withResolvers<AbortSignal>()
    const { send } = createSubject({
      async ingest(_paths, options) {
        signal.resolve(options!.signal!)
        options?.onProgress?.(progress(1))
        await aborted(options!.signal!)
        throw new RtError({ code: 'aborted', message: 'aborted.' })
      },
    })
    const reader = (await send('/rt/ingest', { paths: ['/docs'] })).body!.getReader()
    await reader.read()
    expect((await signal.promise).aborted).toBe(false)
    await reader.cancel()
    await aborted(await signal.promise)
  })
})

describe('records of a collection', () => {
  const lines = (body: BodyInit, type = 'application/x-ndjson'): Request =>
    new Request('http://127.0.0.1/rt/collections/n/records', {
      method: 'POST',
      headers: { ...ADMIN, 'content-type': type },
      body,
      duplex: 'half',
    } as RequestInit)

  it('are read line by line, cut anywhere', async () => {
    const { app, operations } = createSubject()
    const bytes = new TextEncoder().encode('{"id":"ä","text":"Größe 👋"}\n\r\n{"id":"b","vector":[1,2]}')
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const response = await app.fetch(lines(pieces))
    expect([response.status, await response.json()]).toEqual([200, { upserted: 2 }])
    expect(operations.calls).toEqual([
      [
        'collections.upsert',
        'n',
        [
          { id: 'ä', text: 'Größe 👋' },
          { id: 'b', vector: Float32Array.of(1, 2) },
        ],
      ],
    ])
  })

  it('are taken no faster than they are stored', async () => {
    let sent = 0
    const taken: number[] = []
    const { app } = createSubject({
      collections: {
        ...createFakeOperations().collections,
        async upsert(_name, records) {
          for await (const _ of records) taken.push(sent)
          return taken.length
        },
      },
    })
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === 50) return controller.close()
          controller.enqueue(new TextEncoder().encode(`{"id":"r${sent++}"}\n`))
        },
      },
      { highWaterMark: 0 },
    )
    await app.fetch(lines(source))
    expect(taken).toHaveLength(50)
    expect(Math.max(...taken.map((count, index) => count - index))).toBeLessThan(4)
  })

  it.each<[string, string | Uint8Array, number, string, string]>([
    ['no JSON', '{"id":"a"}\n{"id"', 400, 'invalid_json', 'line 2 '],
    ['no record', '{"id":"a"}\n[]\n', 400, 'invalid_request', 'line 2'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 400, 'invalid_json', 'line 1 is not valid UTF-8'],
    [
      'too deep',
      `{"id":"a","metadata":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
      400,
      'invalid_json',
      'nests deeper',
    ],
    ['a line that is too long', `{"id":"${'x'.repeat(5000)}"}`, 413, 'payload_too_large', '4096'],
  ])('that are %s are refused by line', async (_what, body, status, code, message) => {
    const { app } = createSubject({}, { maxBodyBytes: 4096 })
    const response = await app.fetch(lines(body as BodyInit))
    const { error } = (await response.json()) as NativeErrorBody
    expect([response.status, error.code]).toEqual([status, code])
    expect(error.message).toContain(message)
  })

  it('may be more than one body may hold', async () => {
    const { app } = createSubject({}, { maxBodyBytes: 100 })
    const body = Array.from({ length: 100 }, (_, i) => `{"id":"r${i}"}\n`).join('')
    expect(await (await app.fetch(lines(body))).json()).toEqual({ upserted: 100 })
    expect((await app.fetch(lines(body, 'text/plain'))).status).toBe(415)
  })

  it('come back with vectors in base64, as numbers, or without', async () => {
    const { send } = createSubject()
    const vectorsOf = async (vectors?: unknown): Promise<unknown> => {
      const response = await send('/rt/collections/n/get', { ids: ['ä'], vectors })
      return ((await response.json()) as { records: { vector?: unknown }[] }).records[0]!.vector
    }
    expect([await vectorsOf(), await vectorsOf('numbers'), await vectorsOf(false)]).toEqual([
      'AACAPwAAAL8=',
      [1, -0.5],
      undefined,
    ])
  })

  it('end in a line that says so, or in an error', async () => {
    const { send } = createSubject()
    expect((await linesOf(await send('/rt/collections/n/export', {}))).at(-1)).toEqual({ type: 'end', records: 2 })
    expect((await send('/rt/collections/none/export', {})).status).toBe(404)
    const broken = createSubject({
      collections: {
        ...createFakeOperations().collections,
        async *records() {
          yield { id: 'a' }
          throw new RtError({ code: 'database_corrupt', message: 'block 3.' })
        },
      },
    })
    expect(await linesOf(await broken.send('/rt/collections/n/export', {}))).toMatchObject([
      { type: 'error', error: { code: 'database_corrupt' } },
    ])
  })
})

describe('POST /rt/shutdown', () => {
  it('answers first, then does it, and tells onError what it threw', async () => {
    const clock = createWatchedClock()
    const told = Promise.withResolvers<unknown>()
    let called = 0
    const onShutdown = async (): Promise<void> => {
      called++
      throw new Error('stuck')
    }
    const { send } = createSubject({}, { clock, onShutdown, onError: (error) => told.resolve(error) })
    const response = await send('/rt/shutdown', {})
    expect([response.status, await response.json(), called]).toEqual([202, { status: 'closing' }, 0])
    void clock.advance(0)
    expect(String(await told.promise)).toBe('Error: stuck')
    expect(called).toBe(1)
  })

  it('is unsupported where nobody said how', async () => {
    const response = await createSubject().send('/rt/shutdown', {})
    expect([response.status, ((await response.json()) as NativeErrorBody).error.code]).toEqual([400, 'unsupported'])
  })
})
