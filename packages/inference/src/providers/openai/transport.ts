import { Readable } from 'node:stream'
import { RtError } from '@rt/core'
import type OpenAI from 'openai'
import { guardBody } from '../../driver-kit/guard-body.ts'
import { type Answer, sendRequest } from '../../driver-kit/send-request.ts'
import type { Connection } from './connection.ts'
import { clean, isObject, networkError, refusalError } from './to-error.ts'

/** Largest body that is read where a stream was asked for. */
const MOST = 64 * 1024

const STREAM = Symbol('stream')

interface StreamInit extends RequestInit {
  [STREAM]?: { signal: AbortSignal | undefined }
}

/**
 * Asks for a stream of events. The signal goes past the SDK, which would follow it with signals of its own until the answer
 * is read; `readAnswer` listens to it.
 */
export const asStream = (signal: AbortSignal | undefined): OpenAI.RequestOptions => {
  const init: StreamInit = { [STREAM]: { signal } }
  return { fetchOptions: init as NonNullable<OpenAI.RequestOptions['fetchOptions']> }
}

/** Bodies of answers that are streams of events, to be read with `readAnswer`: their Response has none. */
const streams = new WeakMap<Response, Readable>()

/** The body of an answer to a request `asStream`. */
export const streamOf = (response: Response): Readable | undefined => streams.get(response)

/**
 * The `fetch` the SDK is given: limits of time, no redirects (they would carry prompts and keys elsewhere), no answer
 * that is no answer, and only the headers that are needed: nothing about this machine.
 */
export const createTransport =
  (connection: Connection): typeof fetch =>
  async (input, init: StreamInit = {}) => {
    const { id, timeoutMs } = connection
    const sent = init.headers instanceof Headers ? init.headers : new Headers(init.headers)
    const asked = init[STREAM]
    const signal = asked ? asked.signal : (init.signal ?? undefined)
    const { status, message, body } = await sendRequest(input instanceof Request ? input.url : input, {
      method: init.method ?? 'GET',
      headers: headersOf(sent, asked ? 'text/event-stream' : 'application/json', connection),
      body: typeof init.body === 'string' ? init.body : undefined,
      signal,
      timeoutMs,
      late: () => late(id, timeoutMs),
    }).catch((thrown: unknown) => {
      throw RtError.isInstance(thrown) ? thrown : networkError(thrown, connection)
    })
    const type = message.headers['content-type'] ?? ''
    if (isFull(status) && asked && !/\b(html|json)\b/i.test(type)) {
      const response = new Response(null, { status })
      streams.set(response, body)
      return response
    }
    const response = toResponse({ status, message, body }, connection, signal)
    if (response.ok) await refuseOther(response, asked !== undefined, connection)
    return response
  }

/** Statuses of answers without a body. */
const EMPTY = [204, 205, 304]

const isFull = (status: number): boolean => status >= 200 && status < 300 && !EMPTY.includes(status)

const toResponse = ({ status, message, body }: Answer, connection: Connection, signal?: AbortSignal): Response => {
  const { id, idleMs } = connection
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  const empty = EMPTY.includes(status)
  if (empty) body.resume()
  const watched = guardBody(Readable.toWeb(body) as ReadableStream<Uint8Array<ArrayBuffer>>, {
    idleMs,
    id,
    signal,
    onBroken: (thrown) => (signal?.aborted ? thrown : networkError(thrown, connection)),
  })
  return new Response(empty ? null : watched, { status, headers })
}

const late = (id: string, ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `${id} did not begin to answer within ${ms} ms.`,
    hint: 'Raise timeoutMs where it is known to be slow.',
    data: { provider: id },
  })

const headersOf = (sent: Headers, accept: string, connection: Connection): Record<string, string> => {
  const headers: Record<string, string> = { accept, 'user-agent': 'rt' }
  const type = sent.get('content-type')
  if (type) headers['content-type'] = type
  const key = connection.apiKey()
  if (key) headers['authorization'] = `Bearer ${key}`
  for (const [name, value] of Object.entries(connection.headers)) headers[name.toLowerCase()] = value
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
