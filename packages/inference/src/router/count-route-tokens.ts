import { type CallOptions, noopSpan, type Prompt, toRtError } from '@rt/core'
import { chooseLegs } from './choose-legs.ts'
import type { Route } from './route-call.ts'
import { type LegFailure, routeError } from './route-error.ts'
import { createRouteTrace } from './route-trace.ts'

/** Tokens as the first leg counts them that may answer and can: the one that is asked first, too. */
export const countRouteTokens = async (
  route: Route,
  prompt: Prompt,
  { signal, span }: CallOptions,
): Promise<number> => {
  const { legs, skipped, carriers } = chooseLegs(route.legs, prompt)
  const failures: LegFailure[] = []
  for (const leg of legs.toSorted((a, b) => a.breaker.waitMs - b.breaker.waitMs)) {
    try {
      const model = await leg.load(signal)
      return await model.countTokens(prompt, { signal, span })
    } catch (thrown) {
      const error = toRtError(thrown)
      if (error.code === 'aborted' || signal?.aborted) throw error
      failures.push({ leg: leg.id, error })
    }
  }
  // No call follows this: why nobody could be asked is for its trace all the same.
  const trace = createRouteTrace(span ?? noopSpan, route.id)
  for (const { leg, code, why } of skipped) trace.skipped(leg, code, why)
  throw routeError(route.id, failures, skipped, carriers)
}
