import { deserializeError, RtError, toRtError } from '../errors/rt-error.ts'
import type { TerminalPart } from './stream-part.ts'
import type { Usage } from './usage.ts'

/**
 * What a stream ends with after something was thrown: `abort` when the caller gave up (`signal` has fired, or the error
 * says so), else `error`.
 */
export const toTerminal = (
  thrown: unknown,
  { usage, signal }: { usage?: Usage; signal?: AbortSignal } = {},
): TerminalPart => {
  const error = toRtError(thrown)
  const spent = usage && { usage }
  return signal?.aborted || error.code === 'aborted'
    ? { type: 'abort', reason: error.message, ...spent }
    : { type: 'error', error: error.toJSON(), ...spent }
}

/** The other way: the error a stream ended with; undefined when it finished. */
export const failureOf = (part: TerminalPart): RtError | undefined => {
  if (part.type === 'finish') return undefined
  return part.type === 'error' ? deserializeError(part.error) : new RtError({ code: 'aborted', message: part.reason })
}
