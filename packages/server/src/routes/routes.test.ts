import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createFakeKeys } from '../__fixtures__/fake-keys.ts'
import { aborted, chatBody, createFakePorts, post } from '../__fixtures__/fake-ports.ts'
import { type AppOptions, createApp, type NativeErrorBody, type Route, type RouteContext } from '../index.ts'
import { serve } from '../node/index.ts'

const create = (routes: Record<string, Route>, options: AppOptions = {}) =>
  createApp(createFakePorts(), { routes, ...options })
const request = (path: string, init: RequestInit = {}): Request => new Request(`http://127.0.0.1${path}`, init)
const errorOf = async (response: Response): Promise<NativeErrorBody['error']> =>
  ((await response.json()) as NativeErrorBody).error
const ok = (): Response => new Response('ok')

describe('a route of one’s own', () => {
  it('gets the request, its parameters and its principal', async () => {
    const seen: RouteContext[] = []
    const app = create({
      'GET /hello/:name': (given, context) => {
        seen.push(context)
        return Response.json({ url: given.url, name: context.params['name'] })
      },
    })
    const response = await app.fetch(request('/hello/Gr%C3%B6%C3%9Fe%2F1?x=1'))
    expect(await response.json()).toEqual({ url: 'http://127.0.0.1/hello/Gr%C3%B6%C3%9Fe%2F1?x=1', name: 'Größe/1' })
    expect(seen[0]).toMatchObject({ principal: 'local', signal: expect.any(AbortSignal) as unknown })
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('takes one method, or all of them; the one with a method first', async () => {
    const app = create({
      '/both': ({ method }) => new Response(`any ${method}`),
      'GET /both': () => new Response('get'),
      'POST /one': ok,
      '/tree/*': ({ url }) => new Response(new URL(url).pathname),
      '/größe': ok,
    })
    const text = async (method: string, path: string): Promise<string> =>
      (await app.fetch(request(path, { method }))).text()
    expect(await text('GET', '/both')).toBe('get')
    expect(await text('DELETE', '/both')).toBe('any DELETE')
    expect(await text('GET', '/tree/a/b')).toBe('/tree/a/b')
    expect(await text('GET', '/gr%C3%B6%C3%9Fe')).toBe('ok')
    const refused = await app.fetch(request('/one'))
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await errorOf(refused)).hint).toBe('Use POST.')
    expect((await app.fetch(request('/both', { method: 'HEAD' }))).body).toBeNull()
  })

  it('leaves our own routes alone', async () => {
    const app = create({ 'GET /a': ok })
    expect((await app.fetch(post('/v1/chat/completions', chatBody()))).status).toBe(200)
    expect((await app.fetch(request('/b'))).status).toBe(404)
  })

  it('may answer with a redirect, a fetched answer, a stream, nothing', async () => {
    const fetched = new Response('from elsewhere', { status: 203, headers: { 'x-a': '1' } })
    const cancelled = Promise.withResolvers<void>()
    const app = create({
      '/redirect': () => Response.redirect('http://127.0.0.1/other'),
      '/fetched': () => fetch('data:text/plain,hi'),
      '/made': () => fetched,
      '/empty': () => new Response(null, { status: 204 }),
      '/stream': () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new TextEncoder().encode('x')),
            cancel: () => cancelled.resolve(),
          }),
        ),
    })
    const redirect = await app.fetch(request('/redirect'))
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://127.0.0.1/other'])
    expect(await (await app.fetch(request('/fetched'))).text()).toBe('hi')
    const made = await app.fetch(request('/made'))
    expect([made.status, made.headers.get('x-a'), await made.text()]).toEqual([203, '1', 'from elsewhere'])
    expect((await app.fetch(request('/empty'))).status).toBe(204)
    const reader = (await app.fetch(request('/stream'))).body!.getReader()
    await reader.read()
    await reader.cancel()
    await cancelled.promise
  })

  it('is behind Host and Origin checks and closes with the server', async () => {
    const app = create({ '/a': ok, '/b': { public: true, handle: ok } })
    for (const path of ['/a', '/b']) {
      expect((await app.fetch(request(path, { headers: { host: 'evil.com' } }))).status).toBe(403)
      const foreign = await app.fetch(request(path, { headers: { origin: 'https://evil.com' } }))
      expect([foreign.status, (await errorOf(foreign)).code]).toEqual([403, 'forbidden'])
      expect((await app.fetch(request(path), { draining: true })).status).toBe(503)
    }
  })

  it('asks for a key where /v1 does, unless it is public', async () => {
    const who = (_: Request, { principal }: RouteContext): Response => new Response(principal)
    const keys = createFakeKeys()
    const app = create({ '/a': who, '/b': { handle: who }, '/c': { public: true, handle: who } }, { keys })
    const ask = async (path: string, key?: string): Promise<string | number> => {
      const response = await app.fetch(request(path, { headers: key ? { authorization: `Bearer ${key}` } : {} }))
      return response.ok ? response.text() : response.status
    }
    expect([await ask('/a'), await ask('/b', 'sk-none'), await ask('/c')]).toEqual(['local', 'local', 'local'])
    keys.stored.set('rt-ada', { principal: 'key_ada', scope: 'chat' })
    expect([await ask('/a'), await ask('/b', 'wrong'), await ask('/a', 'rt-ada')]).toEqual([401, 401, 'key_ada'])
    expect([await ask('/c'), await ask('/c', 'wrong'), await ask('/c', 'rt-ada')]).toEqual([
      'anonymous',
      'anonymous',
      'key_ada',
    ])
  })
})

describe('a handler that fails', () => {
  const fail = async (thrown: unknown) => {
    const seen: unknown[] = []
    const handle = (): Response => {
      throw thrown
    }
    const app = create({ '/a': handle }, { onError: (error) => seen.push(error) })
    const response = await app.fetch(request('/a'))
    return { status: response.status, text: await response.text(), seen }
  }

  it('with an RtError answers that, with its status', async () => {
    const error = new RtError({ code: 'not_found', message: 'no such order.', hint: 'See /orders.', data: { id: 3 } })
    const { status, text, seen } = await fail(error)
    expect([status, JSON.parse(text), seen]).toEqual([404, { error: error.toJSON() }, []])
  })

  const timeout = Object.assign(new Error('canary'), { name: 'TimeoutError' })
  const abort = Object.assign(new Error('canary'), { name: 'AbortError' })
  it.each([new TypeError('canary'), timeout, abort, 'canary', null, undefined, { message: 'canary' }])(
    'with %s answers 500 without its text, which onError gets',
    async (thrown) => {
      const { status, text, seen } = await fail(thrown)
      expect(status).toBe(500)
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal', retryable: false } })
      expect(text).not.toContain('canary')
      expect(seen).toEqual([thrown])
    },
  )

  it.each([undefined, null, 'text', { status: 200 }, 7])(
    'with %j instead of a Response is named to onError',
    async (answer) => {
      const seen: unknown[] = []
      const app = create(
        { 'GET /a': async () => answer as unknown as Response },
        { onError: (error) => seen.push(error) },
      )
      const response = await app.fetch(request('/a'))
      expect([response.status, (await errorOf(response)).code]).toEqual([500, 'internal'])
      expect(seen).toEqual([
        expect.objectContaining({ code: 'internal', message: expect.stringContaining('"GET /a"') }),
      ])
    },
  )
})

describe('bodies for a handler', () => {
  const app = create(
    { 'POST /echo': async (given) => new Response(await given.text()), 'POST /deaf': ok },
    { maxBodyBytes: 1000, apiKeys: ['k'] },
  )
  const headers = { authorization: 'Bearer k' }
  const chunked = (bytes: number): RequestInit => {
    let left = bytes
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left <= 0) return controller.close()
        controller.enqueue(new Uint8Array(100).fill(0x61))
        left -= 100
      },
    })
    return { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  }

  it('arrive whole within the limit', async () => {
    expect(await (await app.fetch(request('/echo', { method: 'POST', headers, body: 'größe' }))).text()).toBe('größe')
    expect(await (await app.fetch(request('/echo', chunked(900)))).text()).toHaveLength(900)
  })

  it('are refused by their content-length before the handler runs', async () => {
    const large = { method: 'POST', headers: { ...headers, 'content-length': '1001' }, body: 'x' }
    expect((await app.fetch(request('/deaf', large))).status).toBe(413)
  })

  it('without a content-length are cut when they are read', async () => {
    const response = await app.fetch(request('/echo', chunked(5000)))
    expect([response.status, (await errorOf(response)).code]).toEqual([413, 'payload_too_large'])
    expect((await app.fetch(request('/deaf', chunked(5000)))).status).toBe(200)
  })

  it('are the same over a socket, chunked or not, and its end fires the signal', async () => {
    const signal = Promise.withResolvers<AbortSignal>()
    const over = create(
      {
        'POST /echo': async (given) => new Response(await given.text()),
        '/wait': async (_, context) => {
          signal.resolve(context.signal)
          await aborted(context.signal)
          return ok()
        },
      },
      { maxBodyBytes: 1000 },
    )
    await using server = await serve(over, { port: 0, drainMs: 0 })
    const send = (init: RequestInit): Promise<Response> => fetch(`${server.address}/echo`, init)
    expect(await (await send({ method: 'POST', body: 'größe' })).text()).toBe('größe')
    expect(await (await send({ ...chunked(900) })).text()).toHaveLength(900)
    expect((await send({ method: 'POST', body: 'x'.repeat(1001) })).status).toBe(413)
    expect((await send(chunked(5000))).status).toBe(413)
    const gone = new AbortController()
    const waiting = fetch(`${server.address}/wait`, { signal: gone.signal }).catch(() => 'gone')
    const given = await signal.promise
    gone.abort()
    await aborted(given)
    expect(await waiting).toBe('gone')
  })
})

describe('a wrong key of a route', () => {
  it.each([
    ['hello', /start with "\/"/],
    ['GET hello', /start with "\/"/],
    ['', /start with "\/"/],
    ['GET', /start with "\/"/],
    [' /hello', /"" is not a method/],
    ['get /hello', /Did you mean GET\?/],
    ['PSOT /hello', /Did you mean POST\?/],
    ['HEAD /hello', /answered by the route of GET/],
    ['CONNECT /hello', /is not a method/],
    ['GET POST /hello', /more than a method and a path/],
    ['/', /would match \/, which/],
    ['GET /health', /would match \/health/],
    ['POST /ready', /would match \/ready/],
    ['/:page', /would match \/health/],
    ['/*', /rt's own/],
    ['/v1', /would match \/v1/],
    ['GET /v1/chat/completions', /would match \/v1/],
    ['/rt/more', /would match \/rt/],
    ['GET /api/chat', /belongs to rt: a later version/],
    ['/ui', /would match \/ui\/\*/],
    ['GET /metrics', /belongs to rt: a later version/],
    ['/docs', /belongs to rt: a later version/],
    ['/:a/:b', /would match \/v1/],
    ['/:a/*', /would match/],
    ['/a//b', /"" is no part/],
    ['/a/', /"" is no part/],
    ['/a/*/b', /"\*" is no part/],
    ['/a*', /"a\*" is no part/],
    ['/a/:id{[0-9]+}', /no part of a path/],
    ['/a/:id?', /no part of a path/],
    ['/a/:', /no part of a path/],
    ['/a:b', /no part of a path/],
    ['/a?b=1', /no part of a path/],
    ['/%76%31/x', /without %/],
    ['/a/../b', /"\." or "\.\."/],
    ['/a/:x/:x', /":x" is there twice/],
  ])('%j says what is wrong with it', (key, message) => {
    const error = (() => {
      try {
        return create({ [key]: ok })
      } catch (thrown) {
        return thrown as RtError
      }
    })()
    expect(error).toMatchObject({ code: 'config_invalid', hint: expect.any(String) as unknown })
    expect((error as RtError).message).toContain(JSON.stringify(key))
    expect(`${(error as RtError).message} ${(error as RtError).hint}`).toMatch(message)
  })

  it('is also one that never gets a request', () => {
    expect(() => create({ 'GET /a/:x': ok, 'GET /a/:y': ok })).toThrow(/matches the same requests as "GET \/a\/:x"/)
  })

  it.each([undefined, null, 'text', {}, { public: true }])('and %j is no handler', (route) => {
    expect(() => create({ '/a': route as unknown as Route })).toThrow(/has no handler/)
  })
})
