import { type ErrorCode, type JsonObject, RtError, toRtError } from '@rt/core'
import { ERROR_TABLE } from './error-table.ts'

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

export interface ErrorContext {
  requestId: string
  onError: (error: unknown, requestId: string) => void
}

/** The body for any thrown value. What `internal` errors say stays here (paths, secrets): the client gets the request id. */
export const errorBody = (thrown: unknown, { requestId, onError }: ErrorContext): ErrorBody => {
  const error = toRtError(thrown)
  const { type, code = error.code } = ERROR_TABLE[error.code] ?? ERROR_TABLE.internal
  if (error.code === 'internal') onError(thrown, requestId)
  const { message, hint, data } = error.code === 'internal' ? hidden(requestId) : error
  return {
    error: {
      message: hint ? `${message} ${hint}` : message,
      type,
      param: typeof data?.param === 'string' ? data.param : null,
      code,
      rt: { code: error.code, retryable: error.retryable, ...(data && { data }) },
    },
  }
}

/** The whole response for any thrown value; `status` only for those HTTP itself defines (405, 415). */
export const errorResponse = (
  thrown: unknown,
  context: ErrorContext,
  { status, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Response => {
  const body = errorBody(thrown, context)
  const { rt } = body.error
  const final = status ?? ERROR_TABLE[rt.code].status
  // `x-should-retry` stops OpenAI's clients from repeating what cannot succeed.
  const retry: Record<string, string> = rt.retryable
    ? { 'x-should-retry': 'true', 'retry-after': retryAfter(rt.data) }
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

const hidden = (requestId: string): Pick<RtError, 'message' | 'hint' | 'data'> => ({
  message: 'an internal error stopped this request.',
  hint: `The log of the server has it under request id ${requestId}.`,
  data: undefined,
})
