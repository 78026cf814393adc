import { type ErrorCode, isLoopbackHost, RtError } from '@rt/core'

export interface Fault {
  fault: RtError
  /** What the server asks to wait before the next try. */
  pauseMs: number
}

/** Makes errors of ours of what a call failed with. The key is in none of them, whatever the server repeats. */
export const createFault = (address: string, apiKey: string | undefined): ((error: unknown) => Fault) => {
  const hide = (text: string): string => (apiKey === undefined ? text : text.replaceAll(apiKey, '***'))
  return (error) => {
    if (RtError.isInstance(error)) return { fault: error, pauseMs: 0 }
    const status = statusOf(error)
    if (status === undefined) return { fault: unreachable(address, hide(causeOf(error))), pauseMs: 0 }
    const said = hide(answerOf(error)).slice(0, 500)
    return {
      fault: new RtError({
        ...MEANINGS(status),
        message: `Qdrant at ${address} refused (${status})${said && `: ${said}`}.`,
        data: { status },
      }),
      pauseMs: 1000 * retryAfter(error),
    }
  }
}

const MEANINGS = (status: number): { code: ErrorCode; retryable?: boolean; hint?: string } => {
  if (status === 401 || status === 403)
    return {
      code: status === 401 ? 'unauthorized' : 'forbidden',
      hint: 'Give a key that may read and write as `apiKey`.',
    }
  if (status === 404) return { code: 'not_found' }
  if (status === 409) return { code: 'conflict' }
  if (status === 413)
    return {
      code: 'payload_too_large',
      hint: 'Its limit is `service.max_request_size_mb`; rt sends about 1 MB at once, or one record.',
    }
  if (status === 429) return { code: 'rate_limited', hint: 'Its strict mode limits requests a minute: send fewer.' }
  return { code: 'provider_error', retryable: status >= 500 }
}

const unreachable = (address: string, why: string): RtError => {
  const local = isLoopbackHost(new URL(address).hostname)
  return new RtError({
    code: 'network',
    message: `Qdrant does not answer at ${address} (${why}).`,
    hint: local
      ? 'Start one: docker run -p 6333:6333 -v qdrant_storage:/qdrant/storage qdrant/qdrant'
      : 'Look at `url`, whether the server runs, and whether a firewall is between.',
    data: { address },
  })
}

/** Of an `ApiError`; the client makes an error without a status of 429 where the answer has a Retry-After. */
const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null) return undefined
  if ('status' in error && typeof error.status === 'number') return error.status
  if ('retry_after' in error || ('message' in error && String(error.message).startsWith('Invalid retryAfter')))
    return 429
  const unexpected = 'message' in error && /^Unexpected Response: (\d{3})/.exec(String(error.message))
  return unexpected ? Number(unexpected[1]) : undefined
}

const answerOf = (error: unknown): string => {
  const data = (error as { data?: unknown }).data
  const said = (data as { status?: { error?: unknown } } | undefined)?.status?.error
  if (typeof said === 'string') return said
  return typeof data === 'string' ? data.trim() : ''
}

/** Seconds. Of a 429 the client gives the first digit alone: then this is the least, and our own pauses are longer. */
const retryAfter = (error: unknown): number => {
  const { retry_after: given, headers } = error as { retry_after?: unknown; headers?: unknown }
  const seconds =
    typeof given === 'number' ? given : Number(headers instanceof Headers ? headers.get('retry-after') : 0)
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0
}

const causeOf = (error: unknown): string => {
  const { code, cause, message } = error as { code?: unknown; cause?: unknown; message?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? String(message) : causeOf(cause)
}
