import { type Budget, type EmbeddingModel, type KeyValue, type LanguageModel, RtError } from '@rt/core'
import type {
  BudgetLimit,
  Leg,
  Price,
  RateLimits,
  ResponseCache,
  RouteOptions,
  SemanticCache,
} from '@rt/inference/router'
import type { BudgetSettings, Settings } from '../config/settings.ts'
import { once } from '../once.ts'

export interface RoutesOptions {
  settings: Pick<Settings, 'router' | 'limits'>
  price: Price
  /** Where sums and answers are kept. */
  store(): Promise<KeyValue>
  /** A connected client, when limits are shared. */
  redis(): Promise<object | undefined>
  /** For near questions; undefined = switched off. */
  embedder(): Promise<EmbeddingModel | undefined>
}

/** What all routes of a runtime share: limits, budget, cache. */
export interface RouteParts {
  limits?: RateLimits
  budget?: Budget
  cache?: ResponseCache
  price: Price
}

export interface Routes {
  /** Whether even a single local model is asked through a route. */
  readonly always: boolean
  route(id: string, legs: Leg[]): Promise<LanguageModel>
  parts(): Promise<RouteParts>
}

/** Makes routes. The router is read when the first is made: a program with one local model never does. */
export const createRoutes = ({
  settings: { router, limits },
  price,
  store,
  redis,
  embedder,
}: RoutesOptions): Routes => {
  const budgets = budgetLimits(router.budget)
  const isLimited = [limits, ...Object.values(limits.models ?? {})].some(
    ({ requestsPerMinute, tokensPerMinute }) => requestsPerMinute !== undefined || tokensPerMinute !== undefined,
  )
  const load = once(() => import('@rt/inference/router'))
  const parts = once(async (): Promise<RouteParts> => {
    const { createBudget, createRateLimits, createResponseCache } = await load()
    const { requestsPerMinute, tokensPerMinute, models } = limits
    return {
      price,
      ...(isLimited && {
        limits: createRateLimits({ requestsPerMinute, tokensPerMinute, models, redis: await redis() }),
      }),
      ...(budgets.length && { budget: createBudget({ limits: budgets, store: await store() }) }),
      ...(router.cache && {
        cache: createResponseCache({ store: await store(), ttlMs: router.cache.ttlMs, sampled: router.cache.sampled }),
      }),
    }
  })
  const semanticCache = once(async (): Promise<SemanticCache | undefined> => {
    const { similar, ...cache } = router.cache ?? {}
    if (similar === undefined) return undefined
    const model = await embedder()
    if (!model) throw noEmbedder(similar)
    const { createSemanticCache } = await load()
    return createSemanticCache({ embedder: model, store: await store(), threshold: similar, ...cache })
  })
  const options: Pick<RouteOptions, 'retry' | 'firstPartMs' | 'hedgeAfterMs'> = {
    ...(router.retries !== undefined && { retry: { attempts: router.retries + 1 } }),
    firstPartMs: router.timeoutMs,
    hedgeAfterMs: router.hedgeAfterMs,
  }
  return {
    always: isLimited || budgets.length > 0 || router.cache !== undefined || router.timeoutMs !== undefined,
    parts,
    async route(id, legs) {
      const { createRoute } = await load()
      // An embedder that cannot be had now is a miss, and no reason to answer nothing.
      const near = await semanticCache().catch((error: unknown) => {
        if (RtError.isInstance(error) && error.code === 'config_invalid') throw error
        return undefined
      })
      return createRoute({ id, legs, ...options, ...(await parts()), semanticCache: near })
    },
  }
}

const noEmbedder = (similar: number): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `router.cache.similar is ${similar}, and there is no embedder to compare questions with (models.embed is false).`,
    hint: 'Name an embedder, or leave similar out: then only the same question is answered from the cache.',
  })

const budgetLimits = (budget: BudgetSettings = {}): BudgetLimit[] => {
  const { dayUsd, dayTokens, keyDayUsd, keyDayTokens, threadUsd, threadTokens } = budget
  const all: BudgetLimit[] = [
    { per: 'all', usd: dayUsd, tokens: dayTokens },
    { per: 'key', usd: keyDayUsd, tokens: keyDayTokens },
    { per: 'thread', every: 'ever', usd: threadUsd, tokens: threadTokens },
  ]
  return all.filter(({ usd, tokens }) => usd !== undefined || tokens !== undefined)
}
