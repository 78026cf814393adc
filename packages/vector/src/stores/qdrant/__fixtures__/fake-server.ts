import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** Of the whole body. */
  json?: unknown
  /** Never answers. */
  silent?: boolean
}

export interface FakeServer extends AsyncDisposable {
  readonly url: string
  /** `GET /collections`, in order. */
  readonly requests: string[]
}

/** A server on this machine that answers as it is told. */
export const startFakeServer = async (
  reply: (request: string, body: string, headers: IncomingMessage['headers']) => Reply | Promise<Reply>,
): Promise<FakeServer> => {
  const requests: string[] = []
  const server = createServer(async (incoming, outgoing) => {
    const request = `${incoming.method} ${incoming.url!.replace(/\?.*/, '')}`
    requests.push(request)
    const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>)).toString()
    const { status = 200, headers = {}, json, silent } = await reply(request, body, incoming.headers)
    if (silent) return
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
