import type { ErrorCode, RtError } from '@rt/core'

/** `retry`: ask the same leg again, then the next. `next`: the next leg at once. `larger`: the next with a larger window. */
export type Decision = 'retry' | 'next' | 'larger' | 'end'

/** Passing states of a leg: the same call may succeed a moment later. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'rate_limited',
  'overloaded',
  'network',
  'timeout',
  'provider_error',
  'engine_crashed',
])

/** Every leg would be asked the same wrong thing, or nobody waits for the answer any more. */
const ENDING: ReadonlySet<ErrorCode> = new Set([
  'aborted',
  'invalid_request',
  'invalid_json',
  'conflict',
  'shutting_down',
  'approval_denied',
  'approval_required',
  'guard_blocked',
])

/**
 * What a failure before the first content part means for the call. All that is in neither table is about this leg (its key,
 * its model, its budget, its engine), and another one may do better.
 *
 * @param continuing the request ends in a prefix, which some models refuse as invalid: another one may take it.
 */
export const decideFailure = (error: RtError, continuing: boolean): Decision => {
  if (error.code === 'context_overflow') return 'larger'
  if (error.code === 'invalid_request' && continuing) return 'next'
  if (ENDING.has(error.code)) return 'end'
  return PASSING.has(error.code) && error.retryable ? 'retry' : 'next'
}

/** Tells that a leg is ill, rather than a request wrong: what opens its breaker. */
export const isIllness = ({ code }: RtError): boolean =>
  PASSING.has(code) || code === 'engine_unavailable' || code === 'model_unavailable'
