import { type ErrorCode, type JsonObject, RtError } from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import { connectionFailure } from '../../driver-kit/connection-failure.ts'
import type { AnthropicSettings } from './options.ts'
import { retryAfterMs } from './retry-after.ts'

export interface ErrorContext {
  /** The provider's id. */
  provider: string
  model?: string | undefined
  host: string
  apiKey: string
  timeoutMs: number
  now: number
}

export const errorContext = (settings: AnthropicSettings, model?: string): ErrorContext => ({
  provider: settings.id,
  model,
  host: new URL(settings.baseURL).host,
  apiKey: settings.apiKey,
  timeoutMs: settings.timeoutMs,
  now: settings.clock.now(),
})

interface ApiFailure {
  status?: number | undefined
  headers?: Headers | undefined
  /** The body, where it was JSON. */
  error?: unknown
  message: string
}

/** What the SDK threw, in rt's words. Its own error is not kept as the cause: servers repeat keys in their texts. */
export const toRtError = (thrown: unknown, context: ErrorContext): RtError => {
  if (RtError.isInstance(thrown)) return thrown
  const data = { provider: context.provider }
  const name = thrown instanceof Error ? thrown.name : ''
  if (name === 'APIUserAbortError') return new RtError({ code: 'aborted', message: 'aborted by the caller.' })
  if (name === 'APIConnectionTimeoutError')
    return new RtError({
      code: 'timeout',
      message: `${context.provider} (${context.host}) did not answer within ${context.timeoutMs} ms.`,
      hint: 'Raise timeoutMs of the provider (timeout in config.toml) when its answers begin late.',
      data,
    })
  const failure = thrown as ApiFailure
  if (typeof failure.status === 'number') return apiError(failure, context)
  // The SDK's word for an answer it cannot read.
  if (name === 'AnthropicError' || name === 'SyntaxError')
    return new RtError({
      code: 'provider_error',
      message: `${context.provider} (${context.host}) gave an answer that cannot be read: ${cleanMessage(failure.message, [context.apiKey])}`,
      data,
    })
  return new RtError({
    code: 'network',
    ...connectionFailure(`${context.provider} (${context.host})`, reasonOf(thrown)),
    data,
  })
}

/** An error the API said in words: the body of a refused call, or an `error` event of a stream. */
export const apiError = ({ status, headers, error, message }: ApiFailure, context: ErrorContext): RtError => {
  const said = (error as { error?: { type?: unknown; message?: unknown }; request_id?: unknown } | undefined) ?? {}
  const type = typeof said.error?.type === 'string' ? said.error.type : undefined
  const words =
    typeof said.error?.message === 'string' ? said.error.message : status === undefined ? message : undefined
  const code = codeOf(status, type, words ?? '')
  const wait = retryAfterMs(headers, context.now)
  const data: JsonObject = {
    provider: context.provider,
    ...(status !== undefined && { status }),
    ...(type && { type }),
    ...(typeof said.request_id === 'string' && { requestId: said.request_id }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  const subject = context.model ? `${context.provider}/${context.model}` : context.provider
  const text = cleanMessage(words ?? 'it gave no reason', [context.apiKey])
  if (status !== undefined && status >= 300 && status < 400)
    return new RtError({
      code: 'provider_error',
      message: `${subject} (${context.host}) points elsewhere with ${status}, which is not followed.`,
      hint: 'Give that address as baseURL of the provider (base_url in config.toml), if it is the right one.',
      retryable: false,
      data,
    })
  return new RtError({
    code,
    message: `${code === 'unauthorized' ? `${context.provider} refused the key` : `${subject} refused the call`}${status === undefined ? '' : ` with ${status}`}${type ? ` (${type})` : ''}: ${text}`,
    hint: HINTS[code],
    data,
  })
}

const codeOf = (status: number | undefined, type: string | undefined, words: string): ErrorCode => {
  const byType = type === undefined ? undefined : TYPES[type]
  if (
    /prompt is too long|exceed(s|ed)? (the )?context (limit|window)|context window/i.test(words) &&
    !(status && status >= 429)
  )
    return 'context_overflow'
  if (status === undefined) return byType ?? 'provider_error'
  // The API names what it did not find; another server, or a wrong path, does not.
  if (status === 404 && byType === undefined) return 'not_found'
  if (status === 529 || status === 503) return 'overloaded'
  if (status >= 500) return byType === 'overloaded' ? 'overloaded' : 'provider_error'
  return STATUSES[status] ?? byType ?? 'invalid_request'
}

const TYPES: Record<string, ErrorCode> = {
  invalid_request_error: 'invalid_request',
  authentication_error: 'unauthorized',
  billing_error: 'forbidden',
  permission_error: 'forbidden',
  not_found_error: 'model_not_found',
  request_too_large: 'payload_too_large',
  rate_limit_error: 'rate_limited',
  timeout_error: 'timeout',
  api_error: 'provider_error',
  overloaded_error: 'overloaded',
}

const STATUSES: Record<number, ErrorCode> = {
  401: 'unauthorized',
  402: 'forbidden',
  403: 'forbidden',
  404: 'model_not_found',
  408: 'timeout',
  413: 'payload_too_large',
  429: 'rate_limited',
}

const ANOTHER = 'Ask again later, or list a second model: the next of a list is asked when one cannot answer.'

const HINTS: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'Check ANTHROPIC_API_KEY, or the key in your settings: is it whole, still valid, and one of this API?',
  forbidden: 'Check what the key may do, and the balance of its account.',
  rate_limited: ANOTHER,
  overloaded: ANOTHER,
  provider_error: ANOTHER,
  model_not_found: 'Is the name right, and may this key use it? In a program, list() of the provider has its names.',
  not_found: 'Is baseURL of the provider (base_url in config.toml) the address of this API?',
  context_overflow: 'Send less, or choose a model with a larger context window.',
}

const reasonOf = (thrown: unknown): string => {
  let reason = thrown as { code?: unknown; message?: unknown; cause?: unknown } | undefined
  while (reason?.cause && typeof reason.cause === 'object') reason = reason.cause
  return typeof reason?.code === 'string'
    ? reason.code
    : typeof reason?.message === 'string'
      ? reason.message.slice(0, 200)
      : 'no reason given'
}
