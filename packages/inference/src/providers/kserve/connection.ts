import { type CallOptions, type Clock, openScope, RtError, throwIfAborted, toRtError, withTimeout } from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import { refusalError } from '../../driver-kit/refusal-error.ts'
import { parseObject } from './infer-body.ts'

export interface Connection {
  id: string
  baseURL: string
  apiKey?: string | undefined
  timeoutMs: number
  idleMs: number
  clock: Clock
}

export interface Call {
  path: string
  /** For the message: `<provider>/<model>`, or the provider's id. */
  id: string
  body?: string | Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
}

/**
 * One request, under the time limit until its headers are there.
 *
 * @throws RtError `network`, `timeout`, `aborted`, or what the server refused with.
 */
export const send = async (connection: Connection, call: Call, signal: AbortSignal): Promise<Response> => {
  throwIfAborted(signal)
  const { baseURL, apiKey, timeoutMs, clock } = connection
  const { path, id, body, headers } = call
  const response = await withTimeout(
    (both) =>
      fetch(`${baseURL.replace(/\/+$/, '')}/v2${path && `/${path}`}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...(apiKey && { authorization: `Bearer ${apiKey}` }), ...headers },
        ...(body !== undefined && { body }),
        // It follows that of the call for good, so that the body ends with it, too.
        signal: both,
        // It would carry prompt and key elsewhere.
        redirect: 'manual',
      }).catch((thrown: unknown) => {
        throw both.aborted ? thrown : unreached(id, thrown)
      }),
    {
      ms: timeoutMs,
      signal,
      clock,
      error: () => new RtError({ code: 'timeout', message: `${id} did not answer within ${timeoutMs} ms.` }),
    },
  )
  if (response.ok) return response
  const text = await readText(connection, response, id, signal).catch(() => '')
  throw refusalError({
    id,
    status: response.status,
    message: reasonIn(text),
    header: (name) => response.headers.get(name),
    secret: apiKey,
  })
}

/** The whole body, under the time limit. @throws RtError `timeout`, `network`. */
export const readBytes = (
  { timeoutMs, clock }: Connection,
  response: Response,
  id: string,
  signal: AbortSignal,
): Promise<Uint8Array> =>
  withTimeout(() => response.bytes(), {
    ms: timeoutMs,
    signal,
    clock,
    error: () => new RtError({ code: 'timeout', message: `${id} did not end its answer within ${timeoutMs} ms.` }),
  }).catch((thrown: unknown) => {
    throw RtError.isInstance(thrown) ? thrown : broken(id, thrown)
  })

const readText = async (...given: Parameters<typeof readBytes>): Promise<string> =>
  new TextDecoder().decode(await readBytes(...given))

/** A call whose connection ends with it, whatever happens. */
export const withCall = async <T>({ signal }: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const scope = openScope(signal)
  try {
    return await work(scope.signal)
  } catch (thrown) {
    throw toRtError(thrown, 'provider_error')
  } finally {
    scope.end()
  }
}

/** `{ "error": "…" }`, or what else came. */
export const reasonIn = (text: string): string => {
  try {
    const { error, detail } = parseObject(text)
    return String(typeof error === 'string' ? error : typeof detail === 'string' ? detail : text)
  } catch {
    return text
  }
}

const unreached = (id: string, thrown: unknown): RtError =>
  new RtError({
    code: 'network',
    message: `${id} could not be reached: ${causeOf(thrown)}.`,
    hint: 'check its baseURL, and that the server runs.',
  })

export const broken = (id: string, thrown: unknown): RtError =>
  new RtError({
    code: 'network',
    message: `the connection to ${id} broke in the middle of its answer: ${causeOf(thrown)}.`,
  })

/** What fetch hides in a cause, by its code: the text may hold addresses. */
const causeOf = (thrown: unknown): string => {
  const { cause, message } = thrown as { cause?: { code?: string }; message?: string }
  return cleanMessage(cause?.code ?? message ?? 'no reason given')
}
