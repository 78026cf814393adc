import { deserializeError, type ErrorCode, type RtError, type SerializedRtError } from '@rt/core'

const STATUS: Partial<Record<ErrorCode, number>> = {
  invalid_request: 400,
  schema_unsupported: 400,
  context_overflow: 400,
  unauthorized: 401,
  budget_exceeded: 402,
  forbidden: 403,
  local_only: 403,
  model_not_found: 404,
  timeout: 408,
  payload_too_large: 413,
  rate_limited: 429,
  overloaded: 503,
  shutting_down: 503,
  model_unavailable: 503,
}

/**
 * An error of rt as the AI SDK knows an APICallError: by these symbols, and so without its package. That is what makes its
 * functions retry what may be retried, and wait as long as was asked.
 */
class V4CallError extends Error {
  override readonly name: string = 'AI_APICallError'
  readonly url: string
  readonly requestBodyValues: unknown = {}
  readonly statusCode: number
  readonly responseHeaders: Record<string, string>
  readonly isRetryable: boolean
  readonly data: SerializedRtError

  static {
    for (const marker of ['vercel.ai.error', 'vercel.ai.error.AI_APICallError'])
      Object.defineProperty(this.prototype, Symbol.for(marker), { value: true })
  }

  constructor(error: RtError, model: string) {
    super(error.hint ? `${error.message} ${error.hint}` : error.message, { cause: error })
    const retryAfterMs = error.data?.['retryAfterMs']
    this.url = `rt:${model}`
    this.statusCode = STATUS[error.code] ?? 500
    this.responseHeaders = typeof retryAfterMs === 'number' ? { 'retry-after-ms': String(retryAfterMs) } : {}
    this.isRetryable = error.retryable
    this.data = error.toJSON()
  }
}

/** What an AI SDK function is given instead of an error of rt; `cause` is the error itself. */
export const toV4Error = (error: RtError, model: string): Error =>
  error.code === 'aborted' ? new DOMException(error.message, 'AbortError') : new V4CallError(error, model)

export const toV4StreamError = (error: SerializedRtError, model: string): Error =>
  toV4Error(deserializeError(error), model)
