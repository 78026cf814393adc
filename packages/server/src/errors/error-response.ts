import { type ErrorCode, type JsonObject, RtError, type SerializedRtError, toRtError } from '@rt/core'
import { toWireError } from './error-table.ts'
import { hideSecrets } from './hide-secrets.ts'

/** OpenAI's error shape. `rt` is ours beside it: the exact code and figures, for our own clients. */
export interface ErrorBody {
  error: {
    message: string
    type: string
    param: string | null
    code: string
    rt: { code: ErrorCode; retryable: boolean; data?: JsonObject }
  }
}

/** Our own error shape: that of the native API, and of your own routes. */
export interface NativeErrorBody {
  error: SerializedRtError
}

export interface ErrorContext {
  requestId: string
  onError: (error: unknown, requestId: string) => void
  /** rt's own shape. Default: OpenAI's. */
  native?: boolean
}

/**
 * Any thrown value as a client may see it. What `internal` errors say stays here (paths, secrets) and goes to `onError`:
 * the client gets the request id.
 */
export const clientError = (thrown: unknown, { requestId, onError }: ErrorContext): SerializedRtError => {
  const error = toRtError(thrown)
  if (error.code !== 'internal') {
    const { message, hint, ...rest } = error.toJSON()
    return { ...rest, message: hideSecrets(message), ...(hint && { hint: hideSecrets(hint) }) }
  }
  onError(thrown, requestId)
  return hidden(requestId).toJSON()
}

/** The body for any thrown value, in OpenAI's shape. */
export const errorBody = (thrown: unknown, context: ErrorContext): ErrorBody => openAiBody(clientError(thrown, context))

const openAiBody = (error: SerializedRtError): ErrorBody => {
  const { code, message, hint, retryable, data } = error
  const wire = toWireError(error)
  return {
    error: {
      // What a provider said may have no end.
      message: hint ? `${message}${/[\p{L}\p{N}\]]$/u.test(message) ? '.' : ''} ${hint}` : message,
      type: wire.type,
      param: typeof data?.param === 'string' ? data.param : null,
      code: wire.code ?? code,
      rt: { code, retryable, ...(data && { data }) },
    },
  }
}

/** The whole response for any thrown value; `status` only for those HTTP itself defines (405, 415). */
export const errorResponse = (
  thrown: unknown,
  context: ErrorContext,
  { status, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Response => {
  const error = clientError(thrown, context)
  const body: ErrorBody | NativeErrorBody = context.native ? { error } : openAiBody(error)
  const final = status ?? toWireError(error).status
  // `x-should-retry` stops OpenAI's clients from repeating what cannot succeed.
  const retry: Record<string, string> = error.retryable
    ? { 'x-should-retry': 'true', 'retry-after': retryAfter(error.data) }
    : { 'x-should-retry': 'false' }
  return Response.json(body, { status: final, headers: { ...retry, ...headers } })
}

/** A 400 that names the field, in the path notation clients know: `messages[2].content`. */
export const invalidField = (param: string, message: string, hint?: string): RtError =>
  new RtError({ code: 'invalid_request', message: `${param}: ${message}`, hint, data: { param } })

export const unsupportedField = (param: string, message: string, hint?: string): RtError =>
  new RtError({ code: 'unsupported', message: `${param}: ${message}`, hint, data: { param } })

const retryAfter = (data: JsonObject | undefined): string => {
  const ms = data?.retryAfterMs
  return String(typeof ms === 'number' && ms > 0 ? Math.ceil(ms / 1000) : 1)
}

const hidden = (requestId: string): RtError =>
  new RtError({
    code: 'internal',
    message: 'an internal error stopped this request.',
    hint: `The log of the server has it under request id ${requestId}.`,
  })
