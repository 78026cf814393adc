import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the server says next. */
export interface FakeReply {
  /** Default 200. */
  status?: number
  headers?: Record<string, string>
  /** Each is written, and received, as a chunk of its own. */
  chunks?: (string | Uint8Array)[]
  /** After the chunks. `end` (default), `destroy`: the connection breaks, `hang`: nothing comes any more. */
  ending?: 'end' | 'destroy' | 'hang'
  /** Not even headers come. */
  silent?: true
}

export interface FakeRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string
  /** The client's end of the connection, `<address>:<port>`. */
  socket: string
  /** Resolves when the client hangs up before the reply has ended, or when it has. */
  closed: Promise<'by-client' | 'done'>
}

export interface FakeServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  url: string
  requests: FakeRequest[]
  /** The reply to every request from now on. */
  reply: FakeReply
  /** The next request that comes from now on. */
  next(): Promise<FakeRequest>
}

/** A server on this machine that plays a provider, faults included. */
export const startFakeServer = async (): Promise<FakeServer> => {
  const waiting: ((request: FakeRequest) => void)[] = []
  const server = createServer((request, response) => {
    const bytes: Buffer[] = []
    request.on('data', (chunk: Buffer) => bytes.push(chunk))
    request.on('end', () => {
      const seen: FakeRequest = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body: Buffer.concat(bytes).toString('utf8'),
        socket: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
        closed: new Promise((resolve) => {
          response.on('close', () => resolve(response.writableFinished ? 'done' : 'by-client'))
        }),
      }
      fake.requests.push(seen)
      for (const resolve of waiting.splice(0)) resolve(seen)
      send(response, fake.reply)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    reply: {},
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

const send = (
  response: ServerResponse,
  { status = 200, headers = {}, chunks = [], ending = 'end', silent }: FakeReply,
): void => {
  if (silent) return
  response.writeHead(status, headers)
  response.flushHeaders()
  for (const chunk of chunks) response.write(chunk)
  if (ending === 'end') response.end()
  // What was written must have left first: a connection that is destroyed takes its buffer along.
  else if (ending === 'destroy') response.write('', () => response.destroy())
}
