import type { IncomingHttpHeaders } from 'node:http'
import { ReadableStream } from 'node:stream/web'
import { RtError } from '@rt/core'
import type { AddressGuard } from './address-guard.ts'
import { plainUrl, tooLargeError } from './errors.ts'
import type { Limits } from './limits.ts'
import { openResponse, type OpenResponse } from './open-response.ts'

export interface GuardedFetchOptions extends Pick<Limits, 'connectTimeoutMs' | 'idleTimeoutMs'> {
  guard: AddressGuard
  /** Of an answer; more ends it with an error. Default 16 MiB. */
  maxBytes?: number
}

const MOST_BYTES = 16 * 1024 * 1024
/** Have no body, and a Response of theirs may have none. */
const EMPTY = new Set([204, 205, 304])

/**
 * A `fetch` for addresses that somebody else wrote, to be given to a library that takes one: asked through the guard, each
 * redirect too, and another origin gets no credentials. It reads the body of a request before sending it, and takes no
 * compressed answers.
 *
 * @throws what `openResponse` does, as the promise's rejection: RtError `forbidden`, `network`, `timeout`, `aborted`.
 */
export const createGuardedFetch =
  ({ guard, maxBytes = MOST_BYTES, ...limits }: GuardedFetchOptions): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined
    const { method, signal, redirect } = request
    const headers = Object.fromEntries(request.headers)
    const response = await openResponse(request.url, {
      ...limits,
      guard,
      method,
      body,
      signal,
      headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
      follow: redirect === 'follow',
    })
    const { status, url } = response
    if (redirect === 'error' && status >= 300 && status < 400 && status !== 304) {
      response.discard()
      throw new RtError({ code: 'network', message: `${plainUrl(url)} redirects, which was not wanted.` })
    }
    const hasBody = method !== 'HEAD' && !EMPTY.has(status)
    if (!hasBody) response.discard()
    const answer = new Response(hasBody ? (ReadableStream.from(capped(response, maxBytes)) as BodyInit) : null, {
      status,
      headers: toHeaders(response.headers),
    })
    Object.defineProperty(answer, 'url', { value: url.href })
    return answer
  }

async function* capped(response: OpenResponse, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of response.body()) {
    bytes += piece.length
    if (bytes > maxBytes) throw tooLargeError(response.url, maxBytes)
    yield piece
  }
}

const toHeaders = (answered: IncomingHttpHeaders): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answered))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}
