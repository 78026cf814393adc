import { type Budget, type Clock, type LanguageModel, RtError, systemClock } from '@rt/core'
import { RETRY_DEFAULTS, type RetryOptions } from './backoff.ts'
import type { BreakerOptions } from './breaker.ts'
import { runCached } from './cached-route.ts'
import { routeCapabilities } from './capabilities.ts'
import { countRouteTokens } from './count-route-tokens.ts'
import { createLeg, type Leg } from './leg.ts'
import type { Price } from './price.ts'
import type { RateLimits } from './rate-limits.ts'
import type { ResponseCache } from './response-cache.ts'
import type { Route } from './route-call.ts'
import { createAnsweredCalls, redecodeRoute } from './redecode-route.ts'
import { runRoute } from './run-route.ts'
import type { SemanticCache } from './semantic-cache.ts'

export interface RouteOptions {
  /** The model's id as the user names it, e.g. `chat`. */
  id: string
  /** Tried in order. */
  legs: Leg[]
  retry?: RetryOptions
  /** When a leg that fails is left alone for a while; each has its own. */
  breaker?: BreakerOptions
  /** How long one attempt may take until its first content part. Default: as long as it takes. */
  firstPartMs?: number
  /** Starts the next leg beside the first when that has written nothing for so long; both may be billed. Default: never. */
  hedgeAfterMs?: number
  /** Requests and tokens a minute: `createRateLimits`. Each attempt counts. */
  limits?: RateLimits
  /** What may be spent: `createBudget`. Each attempt is set aside before it is made. */
  budget?: Budget
  /** For the budget's money. Default: models of this machine cost 0, others are unknown. */
  price?: Price
  /** Output tokens a call is taken for when it sets no maxOutputTokens. Default 4,096. */
  expectedOutputTokens?: number
  /** Whole answers by request: `createResponseCache`. Default: none. */
  cache?: ResponseCache
  /**
   * Whole answers by near questions, asked after `cache`: `createSemanticCache`. Default: none. Its embedder sees what users
   * ask, so one that is not on this machine is refused beside a leg that is.
   */
  semanticCache?: SemanticCache
  clock?: Clock
  /** For the jitter: from 0 to below 1. Default Math.random. */
  random?: () => number
}

/** A model that asks others, in order, until one answers. What it decides stands on the span of the call. */
export const createRoute = ({
  id,
  legs,
  retry = {},
  breaker = {},
  firstPartMs,
  hedgeAfterMs,
  limits,
  budget,
  price,
  expectedOutputTokens = 4096,
  cache,
  semanticCache,
  clock = systemClock,
  random = Math.random,
}: RouteOptions): LanguageModel => {
  if (legs.length === 0)
    throw new RtError({
      code: 'config_invalid',
      message: `the route '${id}' has no legs.`,
      hint: 'Give it at least one model.',
    })
  const route: Route = {
    id,
    legs: legs.map((leg) => createLeg(leg, { breaker, clock })),
    calls: createAnsweredCalls(),
    retry: { ...RETRY_DEFAULTS, ...retry },
    firstPartMs,
    hedgeAfterMs,
    limits,
    budget,
    price,
    expectedOutputTokens,
    clock,
    random,
  }
  if (semanticCache) keepQuestionsHere(route, semanticCache)
  const caches = cache || semanticCache ? { exact: cache, semantic: semanticCache } : undefined
  const capabilities = routeCapabilities(route.legs)
  return {
    id,
    capabilities,
    countTokens: (prompt, options = {}) => countRouteTokens(route, prompt, options),
    stream: (request, options = {}) =>
      caches ? runCached(route, caches, request, options) : runRoute(route, request, options),
    ...(capabilities.redecode && { redecode: (callId, options = {}) => redecodeRoute(route, callId, options) }),
  }
}

/** What goes to remote legs anyway may go to a remote embedder, too; what a leg of this machine answers may not. */
const keepQuestionsHere = ({ id, legs }: Route, { local }: SemanticCache): void => {
  const here = local ? undefined : legs.find(({ capabilities }) => capabilities.local)
  if (here)
    throw new RtError({
      code: 'config_invalid',
      message: `the semantic cache of the route '${id}' would send questions elsewhere that its leg '${here.id}' answers on this machine.`,
      hint: 'Give it an embedder of this machine, or a route of remote legs only.',
    })
}
