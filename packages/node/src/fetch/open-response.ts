import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { abortError, RtError, throwIfAborted } from '@rt/core'
import type { AddressGuard } from './address-guard.ts'
import { networkError, plainUrl, timeoutError } from './errors.ts'
import type { Limits } from './limits.ts'

export interface OpenResponse {
  status: number
  /** Header names in lower case. */
  headers: http.IncomingHttpHeaders
  /** Where the redirects led. */
  url: URL
  /** The body, read once. Ends early with a typed error: cut off, silent for too long, aborted. */
  body(): AsyncGenerator<Buffer, void>
  /** For a body nobody reads. */
  discard(): void
}

export interface OpenResponseOptions extends Limits {
  headers?: Record<string, string>
  /** For an address that somebody else wrote. Default: wherever it leads. */
  guard?: AddressGuard | undefined
  /** Default GET. */
  method?: string
  body?: Uint8Array | undefined
  /** Default true; else an answer that redirects is the answer. */
  follow?: boolean
}

const MAX_REDIRECTS = 10
/** Of twice the time a host may be silent: one that lets a body drip is as good as silent, and somebody else may have it. */
const LEAST_BYTES = 65_536
/** Sent to the host they are meant for, and to no other (CVE-2025-51471 is the leak this prevents). */
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization'])
const OF_BODY = new Set(['content-type', 'content-length', 'content-encoding', 'content-language'])

/** A request. Follows redirects, to http and https only; another origin gets no credentials. */
export const openResponse = async (address: string, options: OpenResponseOptions): Promise<OpenResponse> => {
  let url = parse(address)
  let { method = 'GET', body } = options
  let headers = lowerCase({ 'accept-encoding': 'identity', 'user-agent': 'rt', ...options.headers })
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await send(url, { method, headers, body }, options)
    const { statusCode: status = 0, headers: answered } = response
    if (options.follow === false || ![301, 302, 303, 307, 308].includes(status) || !answered.location) {
      const from = url
      return {
        status,
        headers: answered,
        url,
        body: () => readBody(response, from, options),
        discard: () => void response.destroy(),
      }
    }
    response.destroy()
    const next = redirect(url, answered.location)
    if (next.origin !== url.origin) {
      headers = without(headers, CREDENTIALS)
    }
    // As browsers do (Fetch standard, HTTP-redirect fetch): only 307 and 308 repeat what was sent.
    if ((status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST')) {
      method = 'GET'
      body = undefined
      headers = without(headers, OF_BODY)
    }
    url = next
  }
  throw new RtError({ code: 'network', message: `${plainUrl(url)} redirects more than ${MAX_REDIRECTS} times.` })
}

const parse = (address: string): URL => {
  const url = URL.parse(address)
  if (url && isHttp(url)) return url
  throw new RtError({
    code: 'invalid_request',
    message: url ? `"${url.protocol}" addresses cannot be fetched.` : 'this is no web address.',
    hint: 'Give an address that begins with https:// or http://.',
  })
}

const redirect = (from: URL, location: string): URL => {
  const url = URL.parse(location, from)
  if (url && isHttp(url)) return url
  throw new RtError({
    code: 'forbidden',
    message: `${plainUrl(from)} redirects to ${url ? `a "${url.protocol}" address` : 'no valid address'}; only http and https are followed.`,
  })
}

const isHttp = ({ protocol }: URL): boolean => protocol === 'https:' || protocol === 'http:'

const lowerCase = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const without = (headers: Record<string, string>, left: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !left.has(name)))

interface Sent {
  method: string
  headers: Record<string, string>
  body: Uint8Array | undefined
}

const send = async (
  url: URL,
  { method, headers, body }: Sent,
  { connectTimeoutMs = 3000, idleTimeoutMs = 30_000, signal, guard }: OpenResponseOptions,
): Promise<IncomingMessage> => {
  throwIfAborted(signal)
  // A connection that is kept was looked up by somebody else.
  const guarded = guard && { lookup: guard.check(url), agent: false as const }
  for (;;) {
    const request = (url.protocol === 'https:' ? https : http).request(url, { method, headers, ...guarded })
    request.end(body)
    const stop = (): void => void request.destroy(abortError(signal))
    signal?.addEventListener('abort', stop, { once: true })
    const limit = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => request.destroy(timeoutError(url, what, ms)), ms)
    let timer = limit(connectTimeoutMs, 'could not be connected to')
    // The request is written once the connection stands, TLS included.
    request.once('finish', () => {
      clearTimeout(timer)
      timer = limit(idleTimeoutMs, 'did not answer')
    })
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve)
        // Not `once`: a second error, after the first has settled this, would end the process.
        request.on('error', reject)
      })
    } catch (error) {
      // A kept connection that the server closed at this very moment: ask again on another.
      const raced = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
      if (!raced) throw networkError(error, url)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }
}

async function* readBody(
  response: IncomingMessage,
  url: URL,
  { idleTimeoutMs = 30_000, signal }: Limits,
): AsyncGenerator<Buffer, void> {
  const stop = (): void => void response.destroy(abortError(signal))
  signal?.addEventListener('abort', stop, { once: true })
  // Runs only while we wait for the host, not while the reader of the body is busy.
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    timer = setTimeout(() => response.destroy(timeoutError(url, 'sent nothing', idleTimeoutMs)), idleTimeoutMs)
  }
  let received = 0
  let reading = false
  const pace = setInterval(() => {
    if (received < LEAST_BYTES && !reading)
      response.destroy(timeoutError(url, `sent only ${received} bytes`, 2 * idleTimeoutMs))
    received = 0
  }, 2 * idleTimeoutMs)
  try {
    throwIfAborted(signal)
    wait()
    for await (const piece of response as AsyncIterable<Buffer>) {
      clearTimeout(timer)
      received += piece.length
      reading = true
      yield piece
      reading = false
      wait()
    }
  } catch (error) {
    throw networkError(error, url)
  } finally {
    clearTimeout(timer)
    clearInterval(pace)
    signal?.removeEventListener('abort', stop)
    response.destroy()
  }
}
