import { type ModelRequest, RtError, toRtError } from '@rt/core'
import { retryWait } from './backoff.ts'
import { decideFailure } from './decide-failure.ts'
import type { RouteLeg } from './leg.ts'
import { openLeg, type OpenLeg } from './open-leg.ts'
import type { RouteCall } from './route-call.ts'

/**
 * Asks one leg until it answers, as often as its failures and the deadline allow.
 *
 * @param continuing the request ends in a prefix of the answer.
 * @throws RtError the last failure; of a resting leg `overloaded` or `rate_limited`, with `data.breaker`.
 */
export const openWithRetries = async (
  call: RouteCall,
  leg: RouteLeg,
  request: ModelRequest,
  continuing: boolean,
  signal: AbortSignal,
): Promise<OpenLeg> => {
  const { route, trace } = call
  for (let attempt = 1, last: RtError | undefined; ; attempt++) {
    const pass = leg.breaker.enter()
    if (!pass) {
      trace.skipped(leg, 'open', 'its breaker is open')
      throw last ?? resting(leg)
    }
    try {
      return await openLeg(call, leg, pass, request, signal)
    } catch (thrown) {
      const error = (last = toRtError(thrown))
      if (signal.aborted) throw error
      trace.failed(leg, error)
      if (decideFailure(error, continuing) !== 'retry') throw error
      const wait = retryWait(error, { attempt, elapsedMs: call.elapsedMs(), random: route.random }, route.retry)
      if (wait === undefined) throw error
      trace.retry(leg, wait, error)
      await route.clock.sleep(wait, signal)
    }
  }
}

const resting = ({ id, breaker, failed }: RouteLeg): RtError =>
  new RtError({
    // Whoever is told to slow down should hear it, not that the server is in trouble.
    code: failed?.code === 'rate_limited' ? 'rate_limited' : 'overloaded',
    message: `${id} is left alone for now, because it failed${failed ? ` (${failed.code}): ${failed.message}` : '.'}`,
    hint: 'It is tried again by itself.',
    data: { leg: id, breaker: 'open', retryAfterMs: Math.ceil(breaker.waitMs) },
  })
