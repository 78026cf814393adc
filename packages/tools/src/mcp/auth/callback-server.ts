import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RtError } from '@rt/core'

export interface Callback {
  code: string
  /** Who says so. */
  iss?: string
}

export interface CallbackServer extends AsyncDisposable {
  /** Where the browser is sent back to. */
  readonly url: string
  /** What it brings. A wrong state is another's, and is not listened to. */
  readonly answer: Promise<Callback>
}

const PAGE = '<!doctype html><meta charset="utf-8"><title>rt</title><p>'

/** Listens on this machine alone for the one request with which a browser comes back from a login. */
export const startCallbackServer = async (state: string): Promise<CallbackServer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Callback>()
  promise.catch(() => {})
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const say = (status: number, text: string): void =>
      void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(`${PAGE}${text}</p>`)
    if (pathname !== '/callback' || searchParams.get('state') !== state) return say(404, 'This is not a login of rt.')
    const code = searchParams.get('code')
    const iss = searchParams.get('iss') ?? undefined
    if (code !== null) {
      say(200, 'You are logged in. This page can be closed.')
      return resolve({ code, ...(iss !== undefined && { iss }) })
    }
    say(200, 'The login was refused. This page can be closed.')
    const why = /^[\w-]{1,64}$/.exec(searchParams.get('error') ?? '')?.[0] ?? 'no code was sent'
    reject(new RtError({ code: 'unauthorized', message: `the login was refused: ${why}.` }))
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(0, '127.0.0.1', listening)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/callback`,
    answer: promise,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
