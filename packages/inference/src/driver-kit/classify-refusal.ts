import type { ErrorCode } from '@rt/core'

export interface RefusalKind {
  code: ErrorCode
  hint?: string
  /** Default: as the code table says. */
  retryable?: boolean
}

/** For what passes by itself. */
const ANOTHER = 'Ask again later, or list a second model: the next of a list is asked when one cannot answer.'

const OVERFLOW =
  /context.{0,20}(length|window|size|limit)|maximum context|too many (input )?tokens|prompt (is )?too long|input is too long|exceeds? .{0,30}(context|tokens)/i

/**
 * What an HTTP API refused a call for.
 *
 * @param status undefined: it was said in the middle of a stream.
 * @param word what the API calls it: its `code` and `type`.
 * @param message its sentence.
 */
export const classifyRefusal = (status: number | undefined, word: string, message: string): RefusalKind => {
  if (/context_length|context_window|exceed_context/i.test(word) || (isBad(status) && OVERFLOW.test(message)))
    return { code: 'context_overflow', hint: 'Shorten the prompt, or take a model with a larger context.' }
  if (/insufficient_quota|insufficient_credit/i.test(word) || status === 402)
    return { code: 'rate_limited', hint: 'The account has nothing left to spend: see its billing.', retryable: false }
  if (status === 429 || /rate_limit|too_many/i.test(word)) return { code: 'rate_limited', hint: ANOTHER }
  if (status === 401 || /invalid_api_key|authentication/i.test(word))
    return {
      code: 'unauthorized',
      hint: 'Check the key this provider was given: is it whole, still valid, and one of this API?',
    }
  if (status === 403) return { code: 'forbidden', hint: 'The key may not do this.' }
  if (/model_not_found/i.test(word) || (status === 404 && /model/i.test(message)))
    return { code: 'model_not_found', hint: 'Ask the provider for its list of models.' }
  if (status === 404) return { code: 'not_found', hint: 'Is the base URL right, with its version (usually /v1)?' }
  if (status === 408) return { code: 'timeout' }
  if (status === 413) return { code: 'payload_too_large' }
  if (status === 503 || status === 529 || /overloaded|unavailable/i.test(word))
    return { code: 'overloaded', hint: ANOTHER }
  if (status !== undefined && status >= 300 && status < 400)
    return { code: 'provider_error', hint: 'It points elsewhere: give that address as the base URL.', retryable: false }
  if (status !== undefined && status >= 400 && status < 500 && status !== 409) return { code: 'invalid_request' }
  return { code: 'provider_error', hint: ANOTHER }
}

const isBad = (status: number | undefined): boolean =>
  status === undefined || status === 400 || status === 413 || status === 422
