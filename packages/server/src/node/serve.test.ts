import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { emptyUsage, RtError } from '@rt/core'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeKeys } from '../__fixtures__/fake-keys.ts'
import { aborted, chatBody, createFakePorts, type FakePorts } from '../__fixtures__/fake-ports.ts'
import { type AppOptions, createApp } from '../index.ts'
import { type RunningServer, serve, type ServeOptions } from './index.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing[Symbol.asyncDispose]()
})

const start = async (ports: FakePorts, options: ServeOptions = {}, app: AppOptions = {}): Promise<RunningServer> => {
  const server = await serve(createApp(ports, app), { port: 0, drainMs: 0, ...options })
  open.push(server)
  return server
}

const chat = (server: RunningServer, more: object = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chatBody(more)),
    ...init,
  })

interface RawConnection {
  socket: Socket
  /** All that was received, once `text` is in it or the connection has ended. */
  seen(text: string): Promise<string>
  /** All that was received, once the connection has ended. */
  ended: Promise<string>
}

/** A bare socket that has sent `text`. */
const raw = async (server: RunningServer, text: string): Promise<RawConnection> => {
  const socket = connect(server.port, '127.0.0.1')
  let received = ''
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  socket.on('data', (data) => (received += data.toString()))
  socket.on('error', () => {})
  open.push({ [Symbol.asyncDispose]: async () => void socket.destroy() })
  await new Promise((resolve) => socket.once('connect', resolve))
  await new Promise((resolve) => socket.write(text, resolve))
  const seen = (wanted: string): Promise<string> => {
    const found = new Promise<string>((resolve) => {
      const look = (): void => {
        if (received.includes(wanted)) resolve(received)
      }
      socket.on('data', look)
      look()
    })
    return Promise.race([found, ended])
  }
  return { socket, seen, ended }
}

const rawChat = (body: string): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Says one word, then waits for its signal. */
const waiting = (): FakePorts =>
  createFakePorts([], async function* (_request, signal) {
    yield { type: 'text-delta', text: 'word' }
    await aborted(signal)
    yield { type: 'abort', reason: 'told to' }
  })

describe('more requests than it may work on', () => {
  it('get 503 with retry-after before key and body, health is told, the native API answers, and places come free', async () => {
    const gate = Promise.withResolvers<void>()
    const ports = createFakePorts([], async function* () {
      yield { type: 'text-delta', text: 'word' }
      await gate.promise
      yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
    })
    const server = await start(ports, { maxRequests: 2 }, { apiKeys: ['k'], localToken: 'owner' })
    const authorization = 'Bearer k'
    const headers = { 'content-type': 'application/json', authorization }
    const running = [
      await chat(server, { stream: true }, { headers }),
      await chat(server, { stream: true }, { headers }),
    ]
    // Its body never comes, and its key is wrong.
    const { seen } = await raw(
      server,
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n',
    )
    const refused = await seen('"retryAfterMs":1000')
    expect(refused).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 1\r\n/i)
    expect(refused).toMatch(/"code":"overloaded"[^]*"requests":2/)
    expect((await fetch(`${server.address}/health`)).status).toBe(200)
    const asOwner = { headers: { authorization: 'Bearer owner' } }
    expect((await fetch(`${server.address}/rt/status`, asOwner)).status).not.toBe(503)
    expect(ports.requests).toHaveLength(2)
    gate.resolve()
    for (const answer of running) expect(await answer.text()).toContain('[DONE]')
    await expect.poll(async () => (await chat(server, {}, { headers })).status).toBe(200)
  })
})

describe('listening', () => {
  it('serves an app on loopback and says where', async () => {
    let told = ''
    const server = await start(createFakePorts(), { onListening: ({ address }) => (told = address) })
    expect(server.address).toBe(`http://127.0.0.1:${server.port}`)
    expect(told).toBe(server.address)
    expect(await (await chat(server)).json()).toMatchObject({ choices: [{ message: { content: 'Hello there.' } }] })
  })

  it.each(['0.0.0.0', '::', '192.168.1.4', 'example.com'])('refuses host %s without keys', async (host) => {
    const refused = serve(createApp(createFakePorts()), { host, port: 0 })
    await expect(refused).rejects.toMatchObject({ code: 'config_invalid', hint: expect.stringContaining('apiKeys') })
  })

  it('listens beyond loopback with keys', async () => {
    const server = await start(createFakePorts(), { host: '0.0.0.0' }, { apiKeys: ['k'] })
    expect((await chat(server)).status).toBe(401)
    const headers = { 'content-type': 'application/json', authorization: 'Bearer k' }
    expect((await chat(server, {}, { headers })).status).toBe(200)
  })

  it('beyond loopback asks for a key also when the last one is gone, and of an app made without knowing it', async () => {
    const keys = createFakeKeys({ 'rt-ada': { principal: 'key_ada', scope: 'chat' } })
    const app = createApp(createFakePorts(), { keys })
    const server = await serve({ keyed: true, fetch: app.fetch }, { host: '0.0.0.0', port: 0, drainMs: 0 })
    open.push(server)
    const headers = { 'content-type': 'application/json', authorization: 'Bearer rt-ada' }
    expect((await chat(server, {}, { headers })).status).toBe(200)
    const { seen } = await raw(server, 'GET /health HTTP/1.1\r\nHost: my-desktop.lan\r\n\r\n')
    expect(await seen('\r\n')).toMatch(/^HTTP\/1.1 200 /)
    keys.stored.clear()
    expect((await chat(server, {}, { headers })).status).toBe(401)
    expect((await chat(server)).status).toBe(401)
  })

  it('says port_in_use, and takes the next free port only when asked', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    open.push({ [Symbol.asyncDispose]: async () => void taken.close() })
    const { port } = taken.address() as AddressInfo
    await expect(start(createFakePorts(), { port })).rejects.toMatchObject({ code: 'port_in_use', data: { port } })
    const next = await start(createFakePorts(), { port, fallback: true })
    expect(next.port).toBeGreaterThan(port)
  })

  it('says config_invalid for a port that is none', async () => {
    await expect(start(createFakePorts(), { port: 70_000 })).rejects.toMatchObject({ code: 'config_invalid' })
  })
})

describe('a client that goes away', () => {
  it('aborts the port while it streams', async () => {
    const ports = waiting()
    const gone = new AbortController()
    const response = await chat(await start(ports), { stream: true }, { signal: gone.signal })
    const reader = response.body!.getReader()
    await reader.read()
    expect(ports.signals[0]!.aborted).toBe(false)
    gone.abort()
    await aborted(ports.signals[0]!)
  })

  it('aborts the port while a whole answer is made, also by RST', async () => {
    const ports = waiting()
    const { socket } = await raw(await start(ports), rawChat(JSON.stringify(chatBody())))
    const signal = await ports.called
    socket.resetAndDestroy()
    await aborted(signal)
  })

  it('in the middle of its body does no harm', async () => {
    const ports = createFakePorts()
    const server = await start(ports)
    const { socket } = await raw(
      server,
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"mess',
    )
    socket.destroy()
    expect((await chat(server)).status).toBe(200)
    expect(ports.requests).toHaveLength(1)
  })

  it('and reads slowly holds back only its own stream', async () => {
    let produced = 0
    const ports = createFakePorts([], async function* (_request, signal) {
      const text = 'x'.repeat(65_536)
      while (!signal.aborted) {
        produced++
        yield { type: 'text-delta', text }
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const server = await start(ports)
    const { socket } = await raw(server, rawChat(JSON.stringify(chatBody({ stream: true }))))
    socket.pause()
    let before = -1
    // Still when 50 turns of the loop, each with a health request, bring nothing more.
    while (before !== produced) {
      before = produced
      for (let i = 0; i < 50; i++) await (await fetch(`${server.address}/health`)).text()
    }
    expect(produced).toBeLessThan(1000)
    socket.destroy()
    await aborted(ports.signals[0]!)
  })
})

describe('limits of raw HTTP', () => {
  it.each([
    ['GET /health HTTP/1.1\r\nHost: evil.com\r\n\r\n', 403],
    ['GET /health HTTP/1.1\r\n\r\n', 403],
    ['GET /health HTTP/1.0\r\n\r\n', 403],
    ['GET http://localhost/health HTTP/1.1\r\nHost: evil.com\r\n\r\n', 403],
    ['GET /health HTTP/1.1\r\nHost: [::ffff:127.0.0.1]\r\n\r\n', 403],
    ['GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n', 403],
    ['GET /health HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n', 200],
    ['GET /v1/models/..%2f..%2fetc HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    [
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
      415,
    ],
    [
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n',
      413,
    ],
  ])('%j: %i', async (text, status) => {
    const { seen } = await raw(await start(createFakePorts()), text)
    expect(await seen('\r\n')).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('refuses headers without end', async () => {
    const { seen } = await raw(
      await start(createFakePorts()),
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    )
    expect(await seen('\r\n')).toMatch(/^HTTP\/1.1 431 /)
  })

  it('counts a chunked body and stops reading', async () => {
    const { socket, seen } = await raw(
      await start(createFakePorts(), {}, { maxBodyBytes: 1000 }),
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    for (let i = 0; i < 20; i++) socket.write(`64\r\n${' '.repeat(100)}\r\n`)
    expect(await seen('\r\n')).toMatch(/^HTTP\/1.1 413 /)
  })

  it.each([
    ['headers', 'GET /health HTTP/1.1\r\nHost: loc'],
    [
      'body',
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{',
    ],
  ])('ends a connection whose %s never come', async (_what, text) => {
    const { ended } = await raw(await start(createFakePorts(), { headersMs: 50, requestMs: 50 }), text)
    expect(await ended).toMatch(/^HTTP\/1.1 408 /)
  })

  it('lets a stream live longer than a request may take to arrive', async () => {
    const gate = Promise.withResolvers<void>()
    const ports = createFakePorts([], async function* () {
      yield { type: 'text-delta', text: 'early' }
      await gate.promise
      yield { type: 'text-delta', text: 'late' }
      yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
    })
    const server = await start(ports, { headersMs: 50, requestMs: 50 })
    const request = rawChat(JSON.stringify(chatBody({ stream: true })))
    // Again when the machine is so busy that even this request did not arrive in time.
    let stream = await raw(server, request)
    while (!(await stream.seen('early')).includes('early')) stream = await raw(server, request)
    // Began later and was cut: the time has passed for both.
    const later = await raw(server, 'GET /health HTTP/1.1\r\nHost: loc')
    expect(await later.ended).toMatch(/^HTTP\/1.1 408 /)
    gate.resolve()
    expect(await stream.seen('[DONE]')).toMatch(/early.*late.*\[DONE\]/s)
  })
})

describe('closing', () => {
  it('lets a running stream finish, and refuses what is new', async () => {
    const gate = Promise.withResolvers<void>()
    const ports = createFakePorts([], async function* () {
      yield { type: 'text-delta', text: 'one ' }
      await gate.promise
      yield { type: 'text-delta', text: 'two' }
      yield {
        type: 'finish',
        finishReason: 'stop',
        usage: emptyUsage(),
      }
    })
    const server = await start(ports)
    const running = await chat(server, { stream: true })
    const closed = server.close({ drainMs: 60_000 })
    const refused = await chat(server)
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close'])
    expect(await refused.json()).toMatchObject({ error: { code: 'shutting_down' } })
    gate.resolve()
    const text = await running.text()
    expect(text).toContain('two')
    expect(text).toContain('[DONE]')
    await closed
    await expect(fetch(server.address)).rejects.toThrow()
  })

  it('ends what is still running at the deadline with an error event', async () => {
    const server = await start(waiting())
    const running = await chat(server, { stream: true })
    const closed = server.close({ drainMs: 1 })
    const text = await running.text()
    expect(text).toContain('word')
    expect(text).toContain('"code":"shutting_down"')
    expect(text).not.toContain('[DONE]')
    await closed
  })

  it('cuts a port that does not listen to its signal, and a second close shortens the wait', async () => {
    const never = new Promise<void>(() => {})
    const ports = createFakePorts([], async function* () {
      yield { type: 'text-delta', text: 'word' }
      await never
    })
    const server = await start(ports)
    const running = await chat(server, { stream: true })
    const first = server.close({ drainMs: 600_000 })
    await server.close({ drainMs: 1 })
    await first
    await expect(running.text()).rejects.toThrow()
  })

  it('closes at once when idle, by signal too, although a client keeps its connection', { timeout: 5000 }, async () => {
    const stop = new AbortController()
    const server = await start(createFakePorts(), { signal: stop.signal, drainMs: 600_000 })
    const { seen, ended } = await raw(server, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(await seen('200 OK')).toContain('200 OK')
    stop.abort(new RtError({ code: 'aborted', message: 'SIGTERM.' }))
    await server.close()
    await ended
  })
})
