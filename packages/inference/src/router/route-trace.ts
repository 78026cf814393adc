import type { Attributes, ErrorCode, RtError, Span, Usage } from '@rt/core'
import { inputTokens, splitModelId, totalTokens } from '@rt/core'
import type { RouteLeg } from './leg.ts'

/** Span attributes of a route. `legs` and `results` belong together, one of each for every decision, in order. */
export const ROUTE_ATTRIBUTES = {
  id: 'rt.route.id',
  legs: 'rt.route.legs',
  /** `ok`, `cached`, `lost` (a hedge that was not needed), an error code, or `open` for a breaker. */
  results: 'rt.route.results',
  /** Times an answer was taken over after it had begun. */
  continued: 'rt.route.continued',
  hedged: 'rt.route.hedged',
  cacheHit: 'rt.cache.hit',
  /** What the stored answer had taken when it was written. */
  cacheSavedTokens: 'rt.cache.saved_tokens',
  /** Cosine of the nearest question in the semantic cache, also when it was not near enough. */
  cacheSimilarity: 'rt.cache.similarity',
  /** The cosine it has to have. */
  cacheThreshold: 'rt.cache.threshold',
} as const

export type RouteResult = 'ok' | 'lost' | 'open' | ErrorCode

/** Writes what a route decides on the span of the call. Names and figures only: no text of anybody. */
export interface RouteTrace {
  skipped(leg: RouteLeg, result: RouteResult, why: string): void
  failed(leg: RouteLeg, error: RtError): void
  retry(leg: RouteLeg, waitMs: number, error: RtError): void
  hedge(afterMs: number): void
  lost(leg: RouteLeg): void
  answered(leg: RouteLeg): void
  continuing(from: RouteLeg, characters: number): void
  /** Each leg has its own price: the usage of the call is the sum over all of them. */
  spent(leg: RouteLeg, usage: Usage): void
  cached(saved: Usage | undefined): void
  near(similarity: number, threshold: number): void
  event(name: string, attributes: Record<string, string | number | boolean>): void
}

export const createRouteTrace = (span: Span, id: string): RouteTrace => {
  const legs: string[] = []
  const results: string[] = []
  let continued = 0
  const note = (leg: RouteLeg, result: RouteResult): void => {
    legs.push(leg.id)
    results.push(result)
    // Copies: a span may be read by its exporter at any time.
    span.set({ [ROUTE_ATTRIBUTES.legs]: [...legs], [ROUTE_ATTRIBUTES.results]: [...results] })
  }
  span.set({ [ROUTE_ATTRIBUTES.id]: id })
  return {
    skipped(leg, result, why) {
      note(leg, result)
      span.event('rt.route.skip', { 'rt.route.leg': leg.id, 'rt.route.why': why })
    },
    failed(leg, error) {
      note(leg, error.code)
      span.event('rt.route.fail', { 'rt.route.leg': leg.id, 'error.type': error.code })
    },
    retry(leg, waitMs, error) {
      span.event('rt.route.retry', {
        'rt.route.leg': leg.id,
        'rt.route.wait_ms': Math.round(waitMs),
        'error.type': error.code,
      })
    },
    hedge(afterMs) {
      span.set({ [ROUTE_ATTRIBUTES.hedged]: true })
      span.event('rt.route.hedge', { 'rt.route.after_ms': afterMs })
    },
    lost: (leg) => note(leg, 'lost'),
    answered(leg) {
      note(leg, 'ok')
      // Cost is computed from the call's span: it is that of the model which answered.
      span.set(modelOf(leg))
    },
    continuing(from, characters) {
      span.set({ [ROUTE_ATTRIBUTES.continued]: ++continued })
      span.event('rt.route.continue', { 'rt.route.leg': from.id, 'rt.route.characters': characters })
    },
    spent(leg, usage) {
      span.event('rt.route.spent', {
        ...modelOf(leg),
        'gen_ai.usage.input_tokens': inputTokens(usage),
        'gen_ai.usage.output_tokens': usage.output,
        'gen_ai.usage.cache_read.input_tokens': usage.cacheRead,
        'gen_ai.usage.cache_write.input_tokens': usage.cacheWrite,
      })
    },
    cached(saved) {
      span.set({
        [ROUTE_ATTRIBUTES.cacheHit]: true,
        [ROUTE_ATTRIBUTES.cacheSavedTokens]: saved && totalTokens(saved),
        // It came from this machine and cost nothing, whoever wrote it.
        'rt.local': true,
      })
    },
    near(similarity, threshold) {
      span.set({
        [ROUTE_ATTRIBUTES.cacheSimilarity]: Math.round(similarity * 10_000) / 10_000,
        [ROUTE_ATTRIBUTES.cacheThreshold]: threshold,
      })
    },
    event: (name, attributes) => span.event(name, attributes),
  }
}

const modelOf = ({ id, capabilities: { local } }: RouteLeg): Attributes => {
  const { provider, model } = splitModelId(id, local)
  return {
    'gen_ai.provider.name': provider ?? (local ? 'rt' : undefined),
    'gen_ai.request.model': model,
    'rt.local': local,
  }
}
