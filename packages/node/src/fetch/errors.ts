import { type ErrorCode, RtError, toRtError } from '@rt/core'

/** A URL fit for messages: no credentials, and no query, which may be a signature. */
export const plainUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`

/** An error of `node:http` as an RtError. */
export const networkError = (error: unknown, url: URL): RtError => {
  if (RtError.isInstance(error)) return error
  const { code, message, name } = error as NodeJS.ErrnoException
  if (name === 'AbortError') return toRtError(error)
  return new RtError({
    code: 'network',
    message: `${plainUrl(url)} ${REASONS[code ?? ''] ?? `failed (${code ?? message})`}.`,
    hint: 'Check the network and the address, then try again.',
    cause: error,
    data: { host: url.host, ...(code && { reason: code }) },
  })
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'was not found: no such host, or no network',
  EAI_AGAIN: 'was not found: the name could not be looked up, probably there is no network',
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'broke off the connection',
  ENETUNREACH: 'cannot be reached: no network',
  EHOSTUNREACH: 'cannot be reached',
}

export const timeoutError = (url: URL, what: string, ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `${plainUrl(url)} ${what} within ${ms} ms.`,
    hint: 'Check the network, or try again later.',
    data: { host: url.host, ms },
  })

const STATUS_CODES: Record<number, ErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  410: 'not_found',
}

/** @param retryAfter the header of that name; only whole seconds are taken from it. */
export const statusError = (url: URL, status: number, retryAfter?: string): RtError =>
  new RtError({
    code: STATUS_CODES[status] ?? 'network',
    message: `${plainUrl(url)} answered with status ${status}.`,
    retryable: status === 408 || status === 429 || status >= 500,
    data: {
      host: url.host,
      status,
      ...(retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) && { retryAfterSeconds: Number(retryAfter) }),
    },
  })

export const tooLargeError = (url: URL, maxBytes: number, total?: number): RtError =>
  new RtError({
    code: 'payload_too_large',
    message: `${plainUrl(url)} is ${total === undefined ? 'larger than' : `${total} bytes, more than`} the ${maxBytes} allowed.`,
    hint: 'Raise maxBytes if that is what you want.',
    data: { maxBytes, ...(total !== undefined && { total }) },
  })
