import { Readable } from 'node:stream'
import { RtError } from '@rt/core'
import { guardBody } from '../../driver-kit/guard-body.ts'
import { type Answer, type SentRequest, sendRequest } from '../../driver-kit/send-request.ts'
import type { Connection } from './connection.ts'
import { endedEarly } from './stream-end.ts'
import { clean, isObject, networkError, refusalError } from './to-error.ts'

/** Largest body that is read where a stream was asked for. */
const MOST = 64 * 1024

/**
 * Posts a request and gives the body of its answer, a stream of events for `readAnswer`. Limits of time, no redirects (they
 * would carry prompts and keys elsewhere), no answer that is no answer, and only the headers that are needed: nothing about
 * this machine.
 *
 * The SDK is not asked: what it does for a call adds about half to the time of a short one (`pnpm bench call`).
 *
 * @throws RtError what the API refused with, `network`, `timeout`, `aborted`.
 */
export const openStream = async (
  path: string,
  body: object,
  connection: Connection,
  { model, signal }: { model: string; signal: AbortSignal | undefined },
): Promise<Readable> => {
  const answer = await send(`${connection.baseURL}${path}`, connection, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  const type = answer.message.headers['content-type'] ?? ''
  if (isFull(answer.status) && !/\b(html|json)\b/i.test(type)) return answer.body
  const response = toResponse(answer, connection, signal)
  if (!response.ok) throw await readRefusal(response, connection, model)
  await refuseOther(response, true, connection)
  throw endedEarly(connection.id)
}

/** The `fetch` the SDK is given for all that is no stream: as careful as `openStream`. */
export const createTransport =
  (connection: Connection): typeof fetch =>
  async (input, init = {}) => {
    const signal = init.signal ?? undefined
    const type = new Headers(init.headers).get('content-type')
    const answer = await send(input instanceof Request ? input.url : input, connection, {
      method: init.method ?? 'GET',
      headers: { accept: 'application/json', ...(type && { 'content-type': type }) },
      body: typeof init.body === 'string' ? init.body : undefined,
      signal,
    })
    const response = toResponse(answer, connection, signal)
    if (response.ok) await refuseOther(response, false, connection)
    return response
  }

const send = async (
  address: string | URL,
  connection: Connection,
  request: Pick<SentRequest, 'method' | 'headers' | 'body' | 'signal'>,
): Promise<Answer> => {
  const { id, timeoutMs } = connection
  try {
    return await sendRequest(address, {
      ...request,
      headers: withOwn(request.headers, connection),
      timeoutMs,
      late: () => late(id, timeoutMs),
    })
  } catch (thrown) {
    throw RtError.isInstance(thrown) ? thrown : networkError(thrown, connection)
  }
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

const withOwn = (sent: Record<string, string>, connection: Connection): Record<string, string> => {
  const headers: Record<string, string> = { ...sent, 'user-agent': 'rt' }
  const key = connection.apiKey()
  if (key) headers['authorization'] = `Bearer ${key}`
  for (const [name, value] of Object.entries(connection.headers)) headers[name.toLowerCase()] = value
  return headers
}

const readRefusal = async (response: Response, connection: Connection, model: string): Promise<RtError> => {
  const { status, headers } = response
  const text = await readSome(response)
  const answer = parse(text)
  // Gemini's compatible endpoint puts it into a list.
  const said: unknown = Array.isArray(answer) ? answer[0] : answer
  const error = isObject(said) ? (said['error'] ?? said) : text
  return refusalError({ status, headers, error }, connection, model)
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
