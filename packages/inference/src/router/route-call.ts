import { addUsage, type CallOptions, type Clock, emptyUsage, noopSpan, type Span, type Usage } from '@rt/core'
import type { RetryOptions } from './backoff.ts'
import type { Budget } from '@rt/core'
import type { RouteLeg } from './leg.ts'
import type { Price } from './price.ts'
import type { RateLimits } from './rate-limits.ts'
import type { AnsweredCalls } from './redecode-route.ts'
import { createRouteTrace, type RouteTrace } from './route-trace.ts'

/** A route with its defaults filled in: what all its calls share. */
export interface Route {
  id: string
  legs: RouteLeg[]
  /** Those its legs wrote last. */
  calls: AnsweredCalls
  retry: Required<RetryOptions>
  firstPartMs: number | undefined
  hedgeAfterMs: number | undefined
  limits: RateLimits | undefined
  budget: Budget | undefined
  price: Price | undefined
  /** Tokens an answer is taken for whose request sets no maxOutputTokens. */
  expectedOutputTokens: number
  clock: Clock
  random: () => number
}

/** One call of a route. */
export interface RouteCall {
  route: Route
  signal: AbortSignal | undefined
  span: Span
  trace: RouteTrace
  elapsedMs(): number
  /** Of all attempts, those that failed included. */
  spent(): Usage
  spend(leg: RouteLeg, usage: Usage | undefined): void
}

export const createRouteCall = (route: Route, { signal, span = noopSpan }: CallOptions): RouteCall => {
  const started = route.clock.monotonic()
  const trace = createRouteTrace(span, route.id)
  let spent = emptyUsage()
  return {
    route,
    signal,
    span,
    trace,
    elapsedMs: () => route.clock.monotonic() - started,
    spent: () => spent,
    spend: (leg, usage) => {
      if (!usage) return
      spent = addUsage(spent, usage)
      trace.spent(leg, usage)
    },
  }
}
