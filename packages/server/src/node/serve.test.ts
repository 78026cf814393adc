import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { RtError } from '@rt/core'
import { afterEach, describe, expect, it } from 'vitest'
import { chatBody, createFakePorts, type FakePorts, until } from '../__fixtures__/fake-ports.ts'
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

/** A bare socket that has sent `text`; `received` grows as the server answers. */
const raw = async (
  server: RunningServer,
  text: string,
): Promise<{ socket: Socket; received: () => string; ended: () => boolean }> => {
  const socket = connect(server.port, '127.0.0.1')
  let received = ''
  let ended = false
  socket.on('data', (data) => (received += data.toString()))
  socket.on('close', () => (ended = true))
  socket.on('error', () => {})
  open.push({ [Symbol.asyncDispose]: async () => void socket.destroy() })
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(text)
  return { socket, received: () => received, ended: () => ended }
}

/** Says one word, then waits for its signal. */
const waiting = (): FakePorts =>
  createFakePorts([], async function* (_request, signal) {
    yield { type: 'text-delta', text: 'word' }
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    yield { type: 'abort', reason: 'told to' }
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
    await until(() => ports.signals[0]!.aborted)
  })

  it('aborts the port while a whole answer is made, also by RST', async () => {
    const ports = waiting()
    const body = JSON.stringify(chatBody())
    const { socket } = await raw(
      await start(ports),
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await until(() => ports.signals.length === 1)
    socket.resetAndDestroy()
    await until(() => ports.signals[0]!.aborted)
  })

  it('in the middle of its body does no harm', async () => {
    const ports = createFakePorts()
    const server = await start(ports)
    const { socket } = await raw(
      server,
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"mess',
    )
    await until(() => socket.bytesWritten > 100)
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
    const body = JSON.stringify(chatBody({ stream: true }))
    const { socket } = await raw(
      server,
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    socket.pause()
    let before = -1
    // Still when 50 turns of the loop, each with a health request, bring nothing more.
    while (before !== produced) {
      before = produced
      for (let i = 0; i < 50; i++) await (await fetch(`${server.address}/health`)).text()
    }
    expect(produced).toBeLessThan(1000)
    socket.destroy()
    await until(() => ports.signals[0]!.aborted)
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
    const { received } = await raw(await start(createFakePorts()), text)
    await until(() => received().includes('\r\n'))
    expect(received()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('refuses headers without end', async () => {
    const { received } = await raw(
      await start(createFakePorts()),
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    )
    await until(() => received().includes('\r\n'))
    expect(received()).toMatch(/^HTTP\/1.1 431 /)
  })

  it('counts a chunked body and stops reading', async () => {
    const { socket, received } = await raw(
      await start(createFakePorts(), {}, { maxBodyBytes: 1000 }),
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    for (let i = 0; i < 20; i++) socket.write(`64\r\n${' '.repeat(100)}\r\n`)
    await until(() => received().includes('\r\n'))
    expect(received()).toMatch(/^HTTP\/1.1 413 /)
  })

  it.each([
    ['headers', 'GET /health HTTP/1.1\r\nHost: loc'],
    [
      'body',
      'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{',
    ],
  ])('ends a connection whose %s never come', async (_what, text) => {
    const { received, ended } = await raw(await start(createFakePorts(), { headersMs: 50, requestMs: 50 }), text)
    await until(ended)
    expect(received()).toMatch(/^HTTP\/1.1 408 /)
  })

  it('lets a stream live longer than a request may take to arrive', async () => {
    const server = await start(waiting(), { headersMs: 50, requestMs: 50 }, { heartbeatMs: 20 })
    const reader = (await chat(server, { stream: true })).body!.pipeThrough(new TextDecoderStream()).getReader()
    let pings = 0
    while (pings < 10) pings += (await reader.read()).value!.split(': ping').length - 1
    await reader.cancel()
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
        usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 2, reasoning: 0 },
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
    const { received, ended } = await raw(server, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => received().includes('200 OK'))
    stop.abort(new RtError({ code: 'aborted', message: 'SIGTERM.' }))
    await server.close()
    await until(ended)
  })
})
