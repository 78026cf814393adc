import { deserializeError, ERROR_CODES, RtError, type SerializedRtError } from '@rt/core'

/** The error in the body of an answer that failed. */
export const errorOf = (address: string, status: number, text: string): RtError => {
  const error = (parse(text) as { error?: Partial<SerializedRtError> } | undefined)?.error
  if (error && typeof error.message === 'string' && error.code !== undefined && Object.hasOwn(ERROR_CODES, error.code))
    return deserializeError(error as SerializedRtError)
  return new RtError({
    code: 'network',
    message: `${address} answered with status ${status} and no error of rt's.`,
    hint: 'Another program may be listening there, or another version of rt.',
    retryable: false,
    data: { address, status },
  })
}

/** What a transport threw: nobody there, or a connection that ended. */
export const networkError = (address: string, thrown: unknown): RtError => {
  if (RtError.isInstance(thrown)) return thrown
  const code = systemCode(thrown)
  const refused = code === 'ECONNREFUSED'
  return new RtError({
    code: 'network',
    message: refused ? `nothing answers at ${address}.` : `the connection to ${address} failed${code && ` (${code})`}.`,
    hint: refused ? 'It has stopped, or listens elsewhere.' : 'It may have stopped in the middle: try again.',
    cause: thrown,
    data: { address },
  })
}

/** An answer that stopped before its last line. */
export const cutOff = (address: string): RtError =>
  new RtError({
    code: 'network',
    message: `the answer of ${address} ended before it was complete.`,
    hint: 'It may have stopped in the middle: try again.',
    data: { address },
  })

export const notJson = (address: string, cause: unknown): RtError =>
  new RtError({
    code: 'network',
    message: `${address} answered with something that is not JSON.`,
    hint: 'Another program may be listening there, or another version of rt.',
    cause,
    retryable: false,
    data: { address },
  })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of a system error; `fetch` hides it in the cause, and happy eyeballs in a list. */
const systemCode = (thrown: unknown): string => {
  const error = thrown as { code?: unknown; cause?: unknown; errors?: unknown[] } | undefined
  if (typeof error?.code === 'string') return error.code
  const inner = error?.cause ?? error?.errors?.[0]
  return inner === undefined ? '' : systemCode(inner)
}
