import { type ErrorCode, type JsonObject, RtError } from '@rt/core'
import { cleanMessage } from './clean-message.ts'
import { readRetryAfter } from './retry-after.ts'

export interface Refusal {
  /** `<provider>/<model>`, or the provider's id. */
  id: string
  status: number
  /** What the API says. */
  message: string
  header: (name: string) => string | null | undefined
  /** Taken out of the message wherever the API repeats it. */
  secret?: string | undefined
  /** For programs, beside status and retryAfterMs. */
  data?: JsonObject
}

const OVERFLOW =
  /context.{0,20}(length|window|limit)|maximum context|too many tokens|prompt is too long|exceeds? .{0,30}tokens/i

/** A call that an HTTP API refused, as the error the router decides by. */
export const refusalError = ({ id, status, message, header, secret, data }: Refusal): RtError => {
  const code = codeOf(status, message)
  const retryAfterMs = readRetryAfter(header)
  const hint = HINTS[code]
  return new RtError({
    code,
    message: `${id} answered ${status}: ${cleanMessage(message, [secret]) || 'no reason given'}`,
    ...(hint && { hint }),
    data: { ...data, status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    ...(code === 'provider_error' && { retryable: status >= 500 || status === 408 || status === 409 }),
  })
}

const codeOf = (status: number, message: string): ErrorCode => {
  if (status === 429) return 'rate_limited'
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 404) return 'model_not_found'
  if (status === 408 || status === 504) return status === 408 ? 'timeout' : 'provider_error'
  if (status === 503 || status === 529) return 'overloaded'
  if (status === 413 || ((status === 400 || status === 422) && OVERFLOW.test(message))) return 'context_overflow'
  if (status === 400 || status === 422) return 'invalid_request'
  return 'provider_error'
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'check the API key this provider was given.',
  model_not_found: 'check the model’s name and that the server has it loaded.',
  context_overflow: 'send less, or choose a model with a larger context window.',
}
