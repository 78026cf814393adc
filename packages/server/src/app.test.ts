import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { chatBody, createFakePorts, post } from './__fixtures__/fake-ports.ts'
import { type AppEnv, createApp, ERROR_TABLE, type ErrorBody } from './index.ts'

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Request =>
  new Request(`http://127.0.0.1:4141${path}`, { method, headers })

const errorOf = async (response: Response): Promise<ErrorBody['error']> => ((await response.json()) as ErrorBody).error

describe('health', () => {
  it('keeps /health at 200 and turns /ready and /v1/health to 503 while loading', async () => {
    const ports = createFakePorts()
    const app = createApp(ports)
    const statuses = async (): Promise<number[]> =>
      Promise.all(['/health', '/ready', '/v1/health'].map(async (path) => (await app.fetch(get(path))).status))
    expect(await statuses()).toEqual([200, 200, 200])
    ports.report = { status: 'loading', detail: 'smollm2:135m' }
    expect(await statuses()).toEqual([200, 503, 503])
    expect(await (await app.fetch(get('/health'))).json()).toEqual({ status: 'loading', detail: 'smollm2:135m' })
  })

  it('shows what to call on /', async () => {
    const text = await (await createApp(createFakePorts()).fetch(get('/'))).text()
    expect(text).toContain('rt is running')
    expect(text).toContain('/v1/chat/completions')
  })
})

describe('routing', () => {
  const app = createApp(createFakePorts())

  it('answers an unknown route in the shape of the protocol', async () => {
    const response = await app.fetch(get('/v1/nothing'))
    expect(response.status).toBe(404)
    expect(await errorOf(response)).toMatchObject({ type: 'invalid_request_error', code: 'not_found', param: null })
  })

  it.each([
    ['GET', '/v1/chat/completions', 'POST'],
    ['DELETE', '/v1/embeddings', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['DELETE', '/v1/models/a/b:c', 'GET, HEAD'],
  ])('refuses %s %s with 405 and says what is allowed', async (method, path, allow) => {
    const response = await app.fetch(get(path, {}, method))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect((await errorOf(response)).message).toContain(path)
  })

  it('lists models, and finds ids that hold / and :', async () => {
    const list = (await (await app.fetch(get('/v1/models'))).json()) as { data: { id: string }[] }
    expect(list.data.map(({ id }) => id)).toEqual(['smollm2:135m', 'anthropic/claude:x'])
    for (const path of ['/v1/models/anthropic/claude:x', '/v1/models/anthropic%2Fclaude%3Ax'])
      expect(await (await app.fetch(get(path))).json()).toMatchObject({
        id: 'anthropic/claude:x',
        object: 'model',
        owned_by: 'anthropic',
      })
  })

  it.each(['%00', 'x'.repeat(4096), '%2e%2e%2fetc', 'nope'])(
    'says 404 and what exists for the model id %.20s',
    async (id) => {
      const response = await app.fetch(get(`/v1/models/${id}`))
      expect(response.status).toBe(404)
      const { message, code } = await errorOf(response)
      expect(code).toBe('model_not_found')
      expect(message).toContain('smollm2:135m')
      expect(message.length).toBeLessThan(300)
    },
  )

  it('names every request: a plain id of the client is kept, another is replaced', async () => {
    const id = async (given: string): Promise<string | null> =>
      (await app.fetch(get('/health', { 'x-request-id': given }))).headers.get('x-request-id')
    expect(await id('abc-1')).toBe('abc-1')
    expect(await id('a b<script>')).toMatch(/^req_[0-9a-f]{32}$/)
    expect((await app.fetch(get('/nothing'))).headers.get('x-request-id')).toMatch(/^req_/)
  })
})

describe('Host and Origin', () => {
  const app = createApp(createFakePorts(), { allowedHosts: ['ai.example'], allowedOrigins: ['http://localhost:5173'] })
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await app.fetch(get('/v1/models', headers))).status

  it.each([
    ['localhost:4141', 200],
    ['127.0.0.1', 200],
    ['LOCALHOST', 200],
    ['[::1]:4141', 200],
    ['ai.example:80', 200],
    ['evil.com', 403],
    ['localhost.evil.com', 403],
    ['127.0.0.1.evil.com', 403],
    ['0.0.0.0:4141', 403],
    ['[::ffff:127.0.0.1]', 403],
    ['192.168.1.4', 403],
    ['', 403],
    ['localhost@evil.com', 403],
    ['a.ai.example', 403],
  ])('host %j: %i', async (host, expected) => {
    expect(await status({ host })).toBe(expected)
  })

  it('takes the host of the URL where there is no header', async () => {
    expect((await app.fetch(new Request('http://evil.com/health'))).status).toBe(403)
    expect((await app.fetch(new Request('http://localhost/health'))).status).toBe(200)
  })

  it.each([
    ['http://127.0.0.1:4141', 200],
    ['http://localhost:5173', 200],
    ['http://127.0.0.1:9999', 403],
    ['https://evil.com', 403],
    ['null', 403],
    ['file://', 403],
    ['', 403],
    ['chrome-extension://abc', 403],
  ])('origin %j: %i', async (origin, expected) => {
    expect(await status({ host: '127.0.0.1:4141', origin })).toBe(expected)
  })

  it('gives CORS headers to listed origins only, and answers their preflight', async () => {
    const preflight = await app.fetch(get('/v1/chat/completions', { origin: 'http://localhost:5173' }, 'OPTIONS'))
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    const own = await app.fetch(get('/health', { origin: 'http://127.0.0.1:4141' }))
    expect(own.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('keys', () => {
  const ports = createFakePorts()
  const app = createApp(ports, { apiKeys: ['alpha', 'beta'] })
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await app.fetch(post('/v1/chat/completions', chatBody(), headers))).status

  it('asks for one of them on /v1, health apart, before the body is read', async () => {
    expect(await status({})).toBe(401)
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401)
    expect(await status({ authorization: 'Bearer alphabeta' })).toBe(401)
    expect(ports.requests).toHaveLength(0)
    expect(await status({ authorization: 'Bearer beta' })).toBe(200)
    expect((await app.fetch(get('/v1/health'))).status).toBe(200)
    expect((await app.fetch(post('/v1/chat/completions', '{broken'))).status).toBe(401)
  })

  it('needs no Host list then: a page that rebinds DNS has no key', async () => {
    expect(await status({ host: '10.0.0.7:4141', authorization: 'Bearer alpha' })).toBe(200)
    expect(await status({ host: '10.0.0.7:4141' })).toBe(401)
  })

  it('answers nobody without one under the name of another, public routes neither', async () => {
    const routes = { 'GET /open': { public: true, handle: () => new Response('open') } }
    const keyed = createApp(ports, { apiKeys: ['alpha'], routes })
    const ask = async (path: string, headers: Record<string, string>, env?: AppEnv): Promise<number> =>
      (await keyed.fetch(get(path, headers), env)).status
    const host = 'evil.example'
    for (const path of ['/open', '/health', '/']) {
      expect([path, await ask(path, { host })]).toEqual([path, 401])
      expect([path, await ask(path, { host, authorization: 'Bearer wrong' })]).toEqual([path, 401])
      expect([path, await ask(path, { host, authorization: 'Bearer alpha' })]).toEqual([path, 200])
      expect([path, await ask(path, {})]).toEqual([path, 200])
      // Other machines reach it anyway, and by whatever name they have for it.
      expect([path, await ask(path, { host }, { exposed: true })]).toEqual([path, 200])
    }
  })

  it('lets a listed page ask under any name whether it may send one', async () => {
    const origin = 'https://app.example'
    const keyed = createApp(ports, { apiKeys: ['alpha'], allowedOrigins: [origin] })
    const headers = { host: 'api.example', origin }
    expect((await keyed.fetch(get('/v1/models', headers, 'OPTIONS'))).status).toBe(204)
    const refused = await keyed.fetch(get('/v1/models', headers))
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin])
    const sent = await keyed.fetch(get('/v1/models', { ...headers, authorization: 'Bearer alpha' }))
    expect(sent.status).toBe(200)
  })

  it('refuses an empty key', () => {
    expect(() => createApp(ports, { apiKeys: [''] })).toThrow(/empty key/)
  })

  it.each([' alpha ', 'alpha\n', '\talpha', 'al\u0000pha', 'a\r\nb', 'ключ', 'alpha\u00a0'])(
    'refuses %j, which no request could ever carry',
    (key) => {
      for (const options of [{ apiKeys: ['beta', key] }, { localToken: key }]) {
        const make = (): unknown => createApp(ports, options)
        expect(make).toThrow(expect.objectContaining({ code: 'config_invalid' }))
        expect(make).toThrow(/no request can carry/)
        expect(make).not.toThrow(key.trim())
      }
    },
  )
})

describe('bodies', () => {
  const ports = createFakePorts()
  const app = createApp(ports, { maxBodyBytes: 500_000 })
  const send = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    app.fetch(post('/v1/chat/completions', body, headers))

  it.each([
    ['nothing', ''],
    ['half an object', '{"messages":'],
    ['trailing data', '{"messages":[{"role":"user","content":"x"}]} x'],
    ['a byte order mark', '\uFEFF{"messages":[{"role":"user","content":"x"}]}'],
    ['an array', '[]'],
    ['a number', '1'],
    ['NaN', '{"temperature":NaN,"messages":[{"role":"user","content":"x"}]}'],
    ['100,000 nested arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['deep objects in a field', `{"metadata":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d])],
  ])('says 400 invalid_json to %s', async (_name, body) => {
    const response = await send(body)
    expect(response.status).toBe(400)
    expect((await errorOf(response)).code).toBe('invalid_json')
  })

  it('does not count brackets inside strings as nesting', async () => {
    expect((await send(chatBody({ user: '[[{"\\"['.repeat(1000) }))).status).toBe(200)
  })

  it('is not polluted by __proto__ and constructor keys', async () => {
    const body = (rt: string): string =>
      `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"messages":[{"role":"user","content":"x","__proto__":{"polluted":1}}],"rt":${rt}}`
    expect((await send(body('{}'))).status).toBe(200)
    // Of ours no key is ignored.
    expect((await send(body('{"__proto__":{"polluted":1}}'))).status).toBe(400)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('counts bytes, declared or not', async () => {
    const declared = await send('{}', { 'content-length': '600000' })
    expect(declared.status).toBe(413)
    const stream = new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new Uint8Array(65_536).fill(0x20)) })
    const init = { method: 'POST', body: stream, duplex: 'half', headers: { 'content-type': 'application/json' } }
    const counted = await app.fetch(new Request('http://127.0.0.1/v1/chat/completions', init))
    expect(counted.status).toBe(413)
    expect((await errorOf(counted)).code).toBe('payload_too_large')
  })

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], [''], ['application/jsonx']])(
    'refuses content-type %j, which a foreign page can send unasked',
    async (type) => {
      expect((await send(chatBody(), { 'content-type': type })).status).toBe(415)
    },
  )

  it('refuses compressed bodies and accepts a charset', async () => {
    expect((await send(chatBody(), { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await send(chatBody(), { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
  })
})

describe('errors', () => {
  it('gives each code a status that HTTP knows', () => {
    for (const { status } of Object.values(ERROR_TABLE)) expect(status).toBeGreaterThanOrEqual(400)
    expect(ERROR_TABLE.context_overflow.status).toBe(400)
    expect(ERROR_TABLE.overloaded.status).toBe(503)
  })

  it('keeps the text of defects from clients and hands it to onError', async () => {
    const seen: unknown[] = []
    const ports = createFakePorts()
    ports.models = async () => {
      throw new Error('ENOENT /home/ada/secret')
    }
    const app = createApp(ports, { onError: (error, id) => seen.push(String(error), id) })
    const response = await app.fetch(get('/v1/models', { 'x-request-id': 'r1' }))
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text).not.toContain('ada')
    expect(text).toContain('r1')
    expect(seen).toEqual(['Error: ENOENT /home/ada/secret', 'r1'])
  })

  it('says when to come back, and whether to', async () => {
    const ports = createFakePorts()
    ports.models = async () => {
      throw new RtError({
        code: 'overloaded',
        message: 'the queue is full.',
        hint: 'Wait.',
        data: { retryAfterMs: 2500 },
      })
    }
    const busy = await createApp(ports).fetch(get('/v1/models'))
    expect([busy.status, busy.headers.get('retry-after'), busy.headers.get('x-should-retry')]).toEqual([
      503,
      '3',
      'true',
    ])
    expect(await errorOf(busy)).toMatchObject({
      message: 'the queue is full. Wait.',
      type: 'server_error',
      code: 'overloaded',
    })
  })

  it('refuses new requests while draining, health apart', async () => {
    const app = createApp(createFakePorts())
    const refused = await app.fetch(post('/v1/chat/completions', chatBody()), { draining: true })
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close'])
    const health = await app.fetch(get('/health'), { draining: true })
    expect([health.status, await health.json()]).toEqual([200, { status: 'draining' }])
    expect((await app.fetch(get('/ready'), { draining: true })).status).toBe(503)
  })
})
