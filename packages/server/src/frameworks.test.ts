import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { serve as serveHono } from '@hono/node-server'
import { emptyUsage, type StreamPart } from '@rt/core'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeKeys } from './__fixtures__/fake-keys.ts'
import { aborted, chatBody, createFakePorts, type FakePorts, post } from './__fixtures__/fake-ports.ts'
import { type App, createApp } from './index.ts'
import { toNodeListener } from './node/index.ts'

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

type Send = (request: Request) => Promise<Response>

const listen = async (server: Server): Promise<Send> => {
  open.push(server)
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return async (request) => {
    const { pathname } = new URL(request.url)
    const body = request.body === null ? undefined : await request.text()
    const headers = new Headers(request.headers)
    headers.delete('host')
    return fetch(`http://127.0.0.1:${port}${pathname}`, {
      method: request.method,
      headers,
      body,
      signal: request.signal,
    })
  }
}

const viaHono =
  (hono: Hono): Send =>
  async (request) =>
    hono.fetch(request, { anything: 1, shutdown: 'a binding of that name' })

/** Every way a foreign program may have us inside it. */
const PLACES: [name: string, mount: (rt: App) => Promise<Send>][] = [
  ['hono, mounted', async (rt) => viaHono(new Hono().mount('/', rt.fetch))],
  ['hono, as a handler', async (rt) => viaHono(new Hono().all('*', (c) => rt.fetch(c.req.raw)))],
  [
    'hono on a socket',
    async (rt) => {
      const app = new Hono().get('/own', (c) => c.text('own')).mount('/', rt.fetch)
      const { promise, resolve } = Promise.withResolvers<void>()
      const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve()) as Server
      await promise
      return listen(server)
    },
  ],
  ['plain node:http', async (rt) => listen(createServer(toNodeListener(rt)))],
  [
    'node:http beside other routes',
    async (rt) => {
      const listener = toNodeListener(rt)
      return listen(
        createServer((incoming, outgoing) => {
          if (incoming.url === '/own') outgoing.end('own')
          else listener(incoming, outgoing)
        }),
      )
    },
  ],
  [
    'a function platform',
    async (rt) => {
      const module = { default: { fetch: rt.fetch } }
      const { fetch: handler } = module.default
      // Called without `this`, with bindings and a context of the platform's own.
      const call = handler as (request: Request, ...more: unknown[]) => Promise<Response>
      return (request) => call(request, { DB: {}, draining: 'yes' }, { waitUntil() {} })
    },
  ],
]

describe.each(PLACES)('inside %s', (_name, mount) => {
  const start = async (ports: FakePorts = createFakePorts()) => {
    const routes = { 'POST /echo/:name': async (given: Request) => new Response(await given.text()) }
    return { ports, send: await mount(createApp(ports, { routes })) }
  }

  it('answers', async () => {
    const { send, ports } = await start()
    const response = await send(post('/v1/chat/completions', chatBody()))
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello there.' } }] })
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect(ports.requests).toHaveLength(1)
    expect((await send(post('/v1/chat/completions', '{broken'))).status).toBe(400)
    expect(await (await send(post('/echo/a', 'größe'))).text()).toBe('größe')
  })

  it('streams part by part', async () => {
    const gate = Promise.withResolvers<void>()
    const { send } = await start(
      createFakePorts([], async function* (): AsyncGenerator<StreamPart> {
        yield { type: 'text-delta', text: 'early' }
        await gate.promise
        yield { type: 'text-delta', text: 'late' }
        yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
      }),
    )
    const response = await send(post('/v1/chat/completions', chatBody({ stream: true })))
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const decoder = new TextDecoder()
    const reader = response.body!.getReader()
    let text = ''
    const readUntil = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted)) {
        const { done, value } = await reader.read()
        if (done) return
        text += decoder.decode(value, { stream: true })
      }
    }
    await readUntil('early')
    expect(text).not.toContain('late')
    gate.resolve()
    await readUntil('[DONE]')
    expect(text).toMatch(/early.*late.*\[DONE\]/s)
  })

  const waiting = (): FakePorts =>
    createFakePorts([], async function* (_request, signal): AsyncGenerator<StreamPart> {
      yield { type: 'text-delta', text: 'word' }
      await aborted(signal)
      yield { type: 'abort', reason: 'gone' }
    })

  it('aborts the model when the client leaves a stream', async () => {
    const { send, ports } = await start(waiting())
    const reader = (await send(post('/v1/chat/completions', chatBody({ stream: true })))).body!.getReader()
    await reader.read()
    expect(ports.signals[0]!.aborted).toBe(false)
    await reader.cancel()
    await aborted(ports.signals[0]!)
  })

  it('aborts the model when the client gives up on a whole answer', async () => {
    const { send, ports } = await start(waiting())
    const gone = new AbortController()
    const asked = send(new Request(post('/v1/chat/completions', chatBody()), { signal: gone.signal })).catch(() => {})
    const signal = await ports.called
    gone.abort()
    await aborted(signal)
    await asked
  })
})

describe('a listener of one’s own', () => {
  const [lan] = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  const status = (host: string, port: number, headers: Record<string, string> = {}): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request(
        { host, port, path: '/v1/models', headers: { host: 'localhost', ...headers } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        },
      )
      asked.on('error', reject).end()
    })
  const start = async (app: App, host?: string): Promise<number> => {
    const server = createServer(toNodeListener(app))
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    return (server.address() as AddressInfo).port
  }

  it('asks no key of who calls over loopback, by IPv4 in IPv6 too', async () => {
    const port = await start(createApp(createFakePorts()))
    for (const host of ['127.0.0.1', '::1']) expect([host, await status(host, port)]).toEqual([host, 200])
  })

  it.skipIf(!lan)(
    'asks for a key whoever comes from elsewhere, whatever name they call it by (needs a network)',
    async () => {
      const port = await start(createApp(createFakePorts(), { keys: createFakeKeys() }))
      expect(await status(lan!.address, port)).toBe(401)
      expect(await status('127.0.0.1', port)).toBe(200)
      const keyed = await start(createApp(createFakePorts(), { apiKeys: ['alpha'] }))
      const headers = { authorization: 'Bearer alpha', host: lan!.address }
      expect(await status(lan!.address, keyed, headers)).toBe(200)
    },
  )
})

it('toNodeListener refuses a request that names no host', async () => {
  const server = createServer({ requireHostHeader: false }, toNodeListener(createApp(createFakePorts())))
  await listen(server)
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET /health HTTP/1.1\r\n\r\n')
  const received = await new Promise<unknown>((resolve) => socket.once('data', resolve))
  expect(String(received)).toMatch(/^HTTP\/1.1 403 /)
  socket.destroy()
})
