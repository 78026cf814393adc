import { type ErrorCode, RtError, toRtError } from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import { providerOf } from '../../driver-kit/provider-of.ts'
import { refusalError } from '../../driver-kit/refusal-error.ts'

/** What the errors of the AI SDK have; they are told by their names, which hold across its versions. */
interface V4ErrorLike {
  name?: string
  /** In a stream: what the API calls it. */
  type?: string
  message?: string
  statusCode?: number
  responseHeaders?: Record<string, string>
  responseBody?: string
  isRetryable?: boolean
}

const CODES: Record<string, ErrorCode> = {
  AI_LoadAPIKeyError: 'unauthorized',
  AI_LoadSettingError: 'config_invalid',
  AI_NoSuchModelError: 'model_not_found',
  AI_NoSuchProviderReferenceError: 'not_found',
  AI_UnsupportedFunctionalityError: 'unsupported',
  AI_UnsupportedModelVersionError: 'unsupported',
  AI_InvalidPromptError: 'invalid_request',
  AI_InvalidArgumentError: 'invalid_request',
  AI_TooManyEmbeddingValuesForCallError: 'invalid_request',
}

/** Types that APIs give errors inside a stream that began with 200. */
const STREAMED: [type: RegExp, code: ErrorCode][] = [
  [/overloaded/i, 'overloaded'],
  [/rate_?limit/i, 'rate_limited'],
]

/**
 * What an AI SDK model threw, or put into its stream. The error itself stays behind: it holds the request with its
 * address, headers and prompt.
 *
 * @param id of the rt model, for the message.
 */
export const fromV4Error = (thrown: unknown, id: string): RtError => {
  if (RtError.isInstance(thrown)) return thrown
  if (typeof thrown !== 'object' || thrown === null) return failed(id, String(thrown))
  const error = thrown as V4ErrorLike
  const name = error.name ?? ''
  const message = error.message ?? ''
  if (name === 'AbortError' || name === 'TimeoutError') return toRtError(thrown)
  const { statusCode, responseHeaders = {}, responseBody = '' } = error
  if (statusCode !== undefined && statusCode >= 400)
    return refusalError({
      id,
      status: statusCode,
      message,
      word: wordsIn(responseBody),
      header: (wanted) => responseHeaders[wanted],
    })
  // The AI SDK wraps a failed connection as an APICallError without a status that may be retried.
  const unreached = name === 'AI_APICallError' && statusCode === undefined && error.isRetryable === true
  if (unreached || (thrown instanceof TypeError && message === 'fetch failed'))
    return new RtError({
      code: 'network',
      message: `${id} could not be reached: ${cleanMessage(message)}`,
      data: { provider: providerOf(id) },
    })
  const streamed = STREAMED.find(([type]) => type.test(`${error.type ?? ''} ${message}`))?.[1]
  return failed(id, message || 'an error without a message', CODES[name] ?? streamed)
}

const failed = (id: string, message: string, code: ErrorCode = 'provider_error'): RtError =>
  new RtError({ code, message: `${id} failed: ${cleanMessage(message)}`, data: { provider: providerOf(id) } })

/** What an API calls its refusal: `{ error: { code, type, status } }`, with or without the outer one. */
const wordsIn = (body: string): string => {
  try {
    const { error, ...rest } = JSON.parse(body) as Record<string, unknown>
    const { code, type, status } = (typeof error === 'object' && error !== null ? error : rest) as typeof rest
    return [code, type, status].filter((value) => typeof value === 'string').join(' ')
  } catch {
    return ''
  }
}
