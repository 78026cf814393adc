import { connect as connectSocket } from 'node:net'
import { type ChatRequest, emptyUsage, messageText, type StreamPart } from '@rt/core'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createFakeKeys } from '../__fixtures__/fake-keys.ts'
import { createFakeOperations } from '../__fixtures__/fake-operations.ts'
import { chatBody, createFakePorts, post, withOperations } from '../__fixtures__/fake-ports.ts'
import { type App, type AppOptions, createApp, type ErrorBody, type NativeErrorBody } from '../index.ts'
import { serve } from '../node/index.ts'
import { nativeRoutes } from '../wires/native/routes.ts'
import { withDefaults } from '../app-options.ts'
import type { HonoEnv } from './app-context.ts'

const CHAT = '/v1/chat/completions'
const ADA = { principal: 'key_ada', scope: 'chat' } as const
const BOB = { principal: 'key_bob', scope: 'chat' } as const
const ROOT = { principal: 'key_root', scope: 'admin' } as const
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

describe('who sends a request', () => {
  const principalOf = async (options: AppOptions, headers: Record<string, string>): Promise<string | number> => {
    const ports = createFakePorts()
    const { status } = await createApp(ports, options).fetch(post(CHAT, chatBody(), headers))
    return ports.requests[0]?.principal ?? status
  }
  const stored = (): AppOptions => ({ keys: createFakeKeys({ 'rt-ada': ADA, 'rt-bob': BOB }) })

  it.each<[string, AppOptions, Record<string, string>, string | number]>([
    ['local where there are no keys', {}, {}, 'local'],
    ['local with a placeholder where there are no keys', {}, bearer('sk-none'), 'local'],
    ['local with one of apiKeys', { apiKeys: ['alpha'] }, bearer('alpha'), 'local'],
    ['nobody without a key', { apiKeys: ['alpha'] }, {}, 401],
    ['nobody with a wrong key', { apiKeys: ['alpha'] }, bearer('alph'), 401],
    ['local with the token of the lock', { apiKeys: ['alpha'], localToken: 't0' }, bearer('t0'), 'local'],
    ['local without a key when there is only the token', { localToken: 't0' }, {}, 'local'],
    ['the key’s own principal', stored(), bearer('rt-ada'), 'key_ada'],
    ['the key’s own principal by x-api-key', stored(), { 'x-api-key': 'rt-bob' }, 'key_bob'],
    ['Bearer before x-api-key', stored(), { ...bearer('rt-ada'), 'x-api-key': 'rt-bob' }, 'key_ada'],
    [
      'x-api-key beside a proxy’s own authorization',
      stored(),
      { authorization: 'Basic eDp5', 'x-api-key': 'rt-bob' },
      'key_bob',
    ],
    ['nobody with a wrong stored key', stored(), bearer('rt-eve'), 401],
    ['nobody with a key of letters that look alike', stored(), bearer('RT-ADA'), 401],
    ['nobody with an empty key', stored(), { authorization: 'Bearer  ', 'x-api-key': '' }, 401],
    ['apiKeys beside stored ones', { ...stored(), apiKeys: ['alpha'] }, bearer('alpha'), 'local'],
    ['nobody on a keyed server whose last key is gone', { keys: createFakeKeys(), keyed: true }, {}, 401],
  ])('is %s', async (_what, options, headers, expected) => {
    expect(await principalOf(options, headers)).toBe(expected)
  })

  it('follows the stored keys while it runs', async () => {
    const keys = createFakeKeys()
    const ports = createFakePorts()
    const app = createApp(ports, { keys })
    const status = async (): Promise<number> => (await app.fetch(post(CHAT, chatBody(), bearer('rt-ada')))).status
    expect(await status()).toBe(200)
    keys.stored.set('rt-bob', BOB)
    expect(await status()).toBe(401)
    keys.stored.set('rt-ada', ADA)
    expect(await status()).toBe(200)
    expect(ports.requests.map(({ principal }) => principal)).toEqual(['local', 'key_ada'])
  })

  it('fails closed when the keys cannot be read', async () => {
    const keys = createFakeKeys()
    keys.required = () => Promise.reject(new Error('disk at /home/ada'))
    const ports = createFakePorts()
    const response = await createApp(ports, { keys, onError: () => {} }).fetch(post(CHAT, chatBody()))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('ada')
    expect(ports.requests).toHaveLength(0)
  })

  it('says whether a key is always asked for', () => {
    const keyed = (options: AppOptions): boolean => createApp(createFakePorts(), options).keyed
    expect([{}, { keys: createFakeKeys() }, { keyed: true }, { apiKeys: ['a'] }].map(keyed)).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(() => createApp(createFakePorts(), { localToken: ' ' })).toThrow(/localToken is empty/)
  })
})

describe('two keys', () => {
  /** Threads and prompt prefixes as a runtime keeps them: found by principal first. */
  const createRemembering = (): ReturnType<typeof createFakePorts> => {
    const threads = new Map<string, string[]>()
    const prefixes = new Set<string>()
    return createFakePorts(
      [],
      async function* ({ principal, thread, messages }: ChatRequest): AsyncGenerator<StreamPart> {
        const said = threads.get(`${principal}/${thread}`) ?? []
        const text = messages.map(messageText).join()
        const prefix = `${principal}/${text}`
        const usage = { ...emptyUsage(), cacheRead: prefixes.has(prefix) ? 9 : 0 }
        threads.set(`${principal}/${thread}`, [...said, text])
        prefixes.add(prefix)
        yield { type: 'text-delta', text: said.join(' ') || 'nothing' }
        yield { type: 'finish', finishReason: 'stop', usage }
      },
    )
  }

  it('share neither a thread of the same name nor a cached prompt', async () => {
    const app = createApp(createRemembering(), { keys: createFakeKeys({ 'rt-ada': ADA, 'rt-bob': BOB }) })
    const say = async (key: string, content: string): Promise<[string, number]> => {
      const body = { messages: [{ role: 'user', content }], rt: { thread: 'plans' } }
      const answer = (await (await app.fetch(post(CHAT, body, bearer(key)))).json()) as {
        choices: [{ message: { content: string } }]
        usage: { prompt_tokens_details: { cached_tokens: number } }
      }
      return [answer.choices[0].message.content, answer.usage.prompt_tokens_details.cached_tokens]
    }
    expect(await say('rt-ada', 'secret')).toEqual(['nothing', 0])
    expect(await say('rt-bob', 'secret')).toEqual(['nothing', 0])
    expect(await say('rt-ada', 'secret')).toEqual(['secret', 9])
  })
})

describe('every protected route', () => {
  const CANARY = 'canary-0123456789'
  const options: AppOptions = {
    apiKeys: ['alpha'],
    localToken: 'lock-token-42',
    keys: createFakeKeys({ 'rt-ada': ADA, 'rt-root': ROOT }),
    onShutdown: () => {},
    routes: { 'POST /app/:name': () => new Response('called'), '/any/*': () => new Response('called') },
  }
  const native = new Hono<HonoEnv>()
  const identify = async () => ({ identity: ROOT, key: 'valid' as const })
  nativeRoutes(native, { ports: withOperations(createFakeOperations()), settings: withDefaults({}), identify })
  const table = native.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  const NATIVE = Array.from(new Set(table), (row) => row.split(' ') as [string, string])
  const OTHERS: [string, string][] = [
    ['POST', CHAT],
    ['POST', '/v1/embeddings'],
    ['GET', '/v1/models'],
    ['GET', '/v1/models/x'],
    ['POST', '/v1/nothing'],
    ['POST', '/app/x'],
    ['DELETE', '/any/x/y'],
    ['POST', '/rt/nothing'],
    ['PUT', '/rt/threads'],
  ]

  const attempt = async (app: App, method: string, path: string, headers: Record<string, string>) => {
    let read = 0
    const body = new ReadableStream<Uint8Array>(
      { pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(++read && 0x5b)) },
      { highWaterMark: 0 },
    )
    const init = { method, headers: { 'content-type': 'application/json', ...headers }, duplex: 'half' }
    const request = new Request(`http://127.0.0.1${path}`, { ...init, ...(method !== 'GET' && { body }) })
    const response = await app.fetch(request)
    return { status: response.status, text: await response.text(), read: () => read }
  }

  it('knows all of the native API', () => {
    expect(NATIVE).toHaveLength(43)
  })

  it.each([...NATIVE, ...OTHERS])('refuses a wrong key on %s %s before it reads the body', async (method, path) => {
    const ports = withOperations(createFakeOperations())
    const app = createApp(ports, options)
    for (const headers of [bearer(CANARY), { 'x-api-key': CANARY }, {}]) {
      const { status, text, read } = await attempt(app, method, path, headers)
      expect([status, read()]).toEqual([401, 0])
      expect(text).toContain('unauthorized')
      for (const secret of [CANARY, 'alpha', 'lock-token-42', 'rt-ada']) expect(text).not.toContain(secret)
    }
    expect(ports.requests).toHaveLength(0)
    expect((ports.operations as ReturnType<typeof createFakeOperations>).calls).toEqual([])
  })

  it.each(NATIVE)('refuses a chat key on %s %s before it reads the body', async (method, path) => {
    const app = createApp(withOperations(createFakeOperations()), options)
    for (const key of ['rt-ada', 'alpha']) {
      const { status, text, read } = await attempt(app, method, path, bearer(key))
      expect([status, read()]).toEqual([403, 0])
      expect(JSON.parse(text) as NativeErrorBody).toMatchObject({
        error: { code: 'forbidden', hint: expect.stringContaining('admin') },
      })
    }
  })

  it('lets an admin key into /v1 too', async () => {
    const app = createApp(createFakePorts(), options)
    expect((await app.fetch(post(CHAT, chatBody(), bearer('rt-root')))).status).toBe(200)
  })

  it('answers over a socket while the body is still to come', async () => {
    const server = await serve(createApp(createFakePorts(), options), { port: 0, drainMs: 0 })
    const socket = connectSocket(server.port, '127.0.0.1')
    socket.write(`POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${CANARY}\r\n`)
    socket.write('Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n{"mess')
    const received = await new Promise<unknown>((resolve) => socket.once('data', resolve))
    expect(String(received)).toMatch(/^HTTP\/1.1 401 /)
    socket.destroy()
    await server.close({ drainMs: 0 })
  })

  it('answers in the shape of its protocol', async () => {
    const app = createApp(withOperations(createFakeOperations()), options)
    const of = async (path: string): Promise<unknown> => (await app.fetch(post(path, {}))).json()
    expect(((await of(CHAT)) as ErrorBody).error).toMatchObject({
      code: 'invalid_api_key',
      type: 'authentication_error',
    })
    expect(((await of('/rt/turn')) as NativeErrorBody).error).toEqual({
      code: 'unauthorized',
      message: 'no API key was sent.',
      hint: expect.stringContaining('scope admin'),
      retryable: false,
    })
  })
})
