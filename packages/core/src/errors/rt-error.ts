import type { JsonObject } from '../schema/json.ts'
import { ERROR_CODES, type ErrorCode } from './codes.ts'

const MARKER = Symbol.for('@rt/core/RtError')

export interface RtErrorOptions {
  code: ErrorCode
  /** What failed, with which value. One or two sentences in the caller's own words. */
  message: string
  /** What to do next, listing the alternatives that exist. */
  hint?: string | undefined
  cause?: unknown
  /** Default: as the code table says. */
  retryable?: boolean | undefined
  /** Figures and names for programs: never secrets, never absolute paths. */
  data?: JsonObject | undefined
}

/** The one error of rt. Test for it with `RtError.isInstance`, which also holds across two installed copies of core. */
export class RtError extends Error {
  override readonly name: string = 'RtError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly data: JsonObject | undefined

  static {
    Object.defineProperty(this.prototype, MARKER, { value: true })
  }

  constructor({ code, message, hint, cause, retryable, data }: RtErrorOptions) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
    this.retryable = retryable ?? ERROR_CODES[code].retryable
    this.data = data
  }

  static isInstance(value: unknown): value is RtError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARKER] === true
  }

  /** Plain data, for crossing a process or a wire. The cause stays behind. */
  toJSON(): SerializedRtError {
    const { code, message, hint, retryable, data } = this
    return { code, message, retryable, ...(hint && { hint }), ...(data && { data }) }
  }
}

export interface SerializedRtError {
  code: ErrorCode
  message: string
  hint?: string
  retryable: boolean
  data?: JsonObject
}

/** Rebuilds an error that crossed a process. */
export const deserializeError = (error: SerializedRtError): RtError => new RtError(error)

/** Any thrown value as an RtError: itself when it is one, `aborted` for an AbortError, else wrapped under `code`. */
export const toRtError = (value: unknown, code: ErrorCode = 'internal'): RtError => {
  if (RtError.isInstance(value)) return value
  const error = value instanceof Error ? value : undefined
  if (error?.name === 'AbortError')
    return new RtError({ code: 'aborted', message: 'aborted by the caller.', cause: value })
  if (error?.name === 'TimeoutError') return new RtError({ code: 'timeout', message: error.message, cause: value })
  return new RtError({ code, message: error?.message ?? String(value), cause: value })
}
