import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isLoopbackHost, RtError, throwIfAborted } from '@rt/core'
import type { App, AppEnv } from '../index.ts'
import { bind } from './bind.ts'
import { createLazyListener, type LazyListener } from './lazy-listener.ts'

/** Anything with `fetch` can be served; what has no `keyed: true` stays on loopback. */
export type ServableApp = Pick<App, 'fetch'> & Partial<Pick<App, 'keyed' | 'warm'>>

export interface ServeOptions {
  /** Default `127.0.0.1`. Others need an app that is keyed. */
  host?: string
  /** Default 4141; 0 = any free one. */
  port?: number
  /** Port taken: try the next 20. Default false. */
  fallback?: boolean
  /** Closes the server, with `drainMs`. */
  signal?: AbortSignal
  onListening?: (server: RunningServer) => void
  /** How long running answers may go on after `close`. Default 10,000 ms. */
  drainMs?: number
  /** Connections beyond are refused. Default 1024. */
  maxConnections?: number
  /**
   * Requests in work at a time, from their headers to the end of their answers; more get 503 with `retry-after` before
   * their bodies are read. Health is told and the native API answers all the same. Default 256.
   */
  maxRequests?: number
  /** A request's headers must be there by then. Default 10,000 ms. */
  headersMs?: number
  /** The whole request, body included, must be there by then; answers may take as long as they like. Default 30,000 ms. */
  requestMs?: number
}

export interface RunningServer extends AsyncDisposable {
  /** e.g. `http://127.0.0.1:4141` */
  readonly address: string
  readonly port: number
  /**
   * New requests get 503 at once; running answers may finish within `drainMs`, then they end with an error and their
   * connections are cut. A second call with less time shortens the wait.
   */
  close(options?: { drainMs?: number }): Promise<void>
}

/** After the last moment: time for final events to reach their clients. */
const CUT_MS = 250

/**
 * Serves an app over HTTP/1.1.
 *
 * @throws RtError `config_invalid` for a host beyond loopback without keys, `port_in_use`.
 */
export const serve = async (app: ServableApp, options: ServeOptions = {}): Promise<RunningServer> => {
  const {
    host = '127.0.0.1',
    port = 4141,
    fallback = false,
    signal,
    drainMs: defaultDrain = 10_000,
    maxRequests = 256,
  } = options
  const exposed = !isLoopbackHost(host)
  if (!app.keyed && exposed) throw openToAll(host)
  throwIfAborted(signal)

  const shutdown = new AbortController()
  const closing = new AbortController()
  const env: AppEnv = { draining: false, closing: closing.signal, shutdown: shutdown.signal, exposed }
  const running = new Set<ServerResponse>()
  const tooMany = new WeakSet<IncomingMessage>()
  const listener = createLazyListener(app, (incoming) => (tooMany.has(incoming) ? { ...env, full: maxRequests } : env))
  const http = createHttp(listener, options)
  http.prependListener('request', (request: IncomingMessage, response) => {
    running.add(response)
    if (running.size > maxRequests) tooMany.add(request)
    response.once('close', () => {
      running.delete(response)
      if (env.draining && running.size === 0) stop()
    })
  })
  await bind(http, { host, port, attempts: fallback ? 21 : 1 })

  const closed = new Promise<void>((resolve) => http.once('close', () => resolve()))
  const timers: NodeJS.Timeout[] = []
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer)
    http.close()
    // `close` spares the connection whose answer ends in this very turn, and those in the middle of their headers.
    setImmediate(() => http.closeIdleConnections())
    cut()
  }
  const cut = (): void => {
    const timer = setTimeout(() => http.closeAllConnections(), CUT_MS)
    http.once('close', () => clearTimeout(timer))
  }
  const expire = (): void => {
    shutdown.abort(isClosing())
    cut()
  }
  const onSignal = (): void => void close()
  const close = ({ drainMs = defaultDrain }: { drainMs?: number } = {}): Promise<void> => {
    env.draining = true
    closing.abort(isClosing())
    signal?.removeEventListener('abort', onSignal)
    if (running.size === 0) stop()
    else timers.push(setTimeout(expire, drainMs))
    return closed
  }
  signal?.addEventListener('abort', onSignal, { once: true })

  const bound = (http.address() as AddressInfo).port
  const server: RunningServer = {
    address: `http://${reachable(host)}:${bound}`,
    port: bound,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
  options.onListening?.(server)
  // After whoever waits for us has gone on: imports keep the thread busy.
  setImmediate(() => void Promise.all([listener.load(), app.warm?.()]).catch(() => {}))
  return server
}

const createHttp = (listener: LazyListener, options: ServeOptions): Server => {
  const { maxConnections = 1024, headersMs = 10_000, requestMs = 30_000 } = options
  const http = createServer(
    {
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(1000, headersMs, requestMs),
      keepAliveTimeout: 15_000,
      requireHostHeader: false,
    },
    listener.handle,
  )
  http.maxConnections = maxConnections
  return http
}

const isClosing = (): RtError => new RtError({ code: 'shutting_down', message: 'the server is closing.' })

/** How a client on this machine writes the host. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

const openToAll = (host: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `host ${host} can be reached by other machines, and there is no API key.`,
    hint: 'Give apiKeys (with rt: RT_API_KEY, or rt key create NAME), or listen on 127.0.0.1.',
    data: { host },
  })
