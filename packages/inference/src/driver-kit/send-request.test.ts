import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { RtError } from '@rt/core'
import { expect, it } from 'vitest'
import { sendRequest } from './send-request.ts'

const listen = async (listener: RequestListener): Promise<{ url: string; server: Server } & AsyncDisposable> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const limits = { timeoutMs: 5000, late: () => new RtError({ code: 'timeout', message: 'late.' }) }
const post = (url: string): Promise<string> =>
  sendRequest(url, { method: 'POST', headers: {}, body: '{"a":"ü"}', ...limits }).then(({ body }) => text(body))

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('reads an answer in %s, though nobody asked for it', async (encoding, compress) => {
  await using fake = await listen((request, response) => {
    expect(request.headers['accept-encoding']).toBe('identity')
    response.writeHead(200, { 'content-encoding': encoding }).end(compress('grün'))
  })
  expect(await post(fake.url)).toBe('grün')
})

it('keeps its connection, and asks again on another when the other side just closed that one', async () => {
  const sockets: Socket[] = []
  let closing = false
  await using fake = await listen((request, response) => {
    if (closing && sockets.length === 1) return void request.socket.resetAndDestroy()
    request.pipe(response)
  })
  fake.server.on('connection', (socket) => sockets.push(socket))
  expect([await post(fake.url), await post(fake.url), sockets.length]).toEqual(['{"a":"ü"}', '{"a":"ü"}', 1])
  closing = true
  expect([await post(fake.url), sockets.length]).toEqual(['{"a":"ü"}', 2])
})

it('does not ask again on a connection of its own: the request may have been read', async () => {
  let asked = 0
  await using fake = await listen((request) => {
    asked++
    request.socket.resetAndDestroy()
  })
  await expect(post(fake.url)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(asked).toBe(1)
})
