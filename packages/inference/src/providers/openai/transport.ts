import { RtError } from '@rt/core'
import { guardBody } from '../../driver-kit/guard-body.ts'
import type { Connection } from './connection.ts'
import { clean, isObject, networkError, refusalError } from './to-error.ts'

/** Largest body that is read where a stream was asked for. */
const MOST = 64 * 1024

/**
 * The `fetch` the SDK is given: limits of time, no redirects (they would carry prompts and keys elsewhere), no answer
 * that is no answer, and only the headers that are needed: nothing about this machine.
 */
export const createTransport =
  (connection: Connection): typeof fetch =>
  async (input, init = {}) => {
    const { id, timeoutMs, idleMs } = connection
    const sent = new Headers(init.headers)
    const own = headersOf(sent, connection)
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(late(id, timeoutMs)), timeoutMs)
    const signal = init.signal ? AbortSignal.any([init.signal, limit.signal]) : limit.signal
    let response: Response
    try {
      response = await fetch(input, { ...init, signal, headers: own, redirect: 'manual' })
    } catch (thrown) {
      if (limit.signal.aborted) throw limit.signal.reason
      throw init.signal?.aborted ? thrown : networkError(thrown, connection)
    } finally {
      clearTimeout(timer)
    }
    const body =
      response.body &&
      guardBody(response.body, {
        idleMs,
        id,
        signal: init.signal ?? undefined,
        onBroken: (thrown) => (init.signal?.aborted ? thrown : networkError(thrown, connection)),
      })
    const { status, statusText, headers } = response
    const watched = new Response(body, { status, statusText, headers })
    if (response.ok) await refuseOther(watched, sent.get('accept') === 'text/event-stream', connection)
    return watched
  }

const late = (id: string, ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `${id} did not begin to answer within ${ms} ms.`,
    hint: 'Raise timeoutMs where it is known to be slow.',
    data: { provider: id },
  })

const headersOf = (sent: Headers, connection: Connection): Headers => {
  const headers = new Headers({ accept: sent.get('accept') ?? 'application/json', 'user-agent': 'rt' })
  const type = sent.get('content-type')
  if (type) headers.set('content-type', type)
  const key = connection.apiKey()
  if (key) headers.set('authorization', `Bearer ${key}`)
  for (const [name, value] of Object.entries(connection.headers)) headers.set(name, value)
  return headers
}

/** A web page (of a proxy, of a network that wants a sign-in) or an error may come under 200. */
const refuseOther = async (response: Response, streaming: boolean, connection: Connection): Promise<void> => {
  const type = response.headers.get('content-type') ?? ''
  const page = /\bhtml\b/i.test(type)
  if (!page && !(streaming && /\bjson\b/i.test(type))) return
  const text = await readSome(response)
  const answer = page ? undefined : parse(text)
  if (isObject(answer) && 'error' in answer)
    throw refusalError({ headers: response.headers, error: answer['error'] }, connection)
  throw new RtError({
    code: 'provider_error',
    message: `${connection.id} sent ${type.split(';')[0]} instead of an answer: ${clean(text, connection)}`,
    hint: `Is ${new URL(connection.baseURL).host} the API, and is the path of the base URL right (usually /v1)?`,
    retryable: false,
    data: { provider: connection.id },
  })
}

const readSome = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST) break
  }
  return text
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
