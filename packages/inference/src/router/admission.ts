import {
  emptyUsage,
  type LanguageModel,
  LOCAL,
  type ModelRequest,
  splitModelId,
  type StreamPart,
  totalTokens,
  type Usage,
} from '@rt/core'
import { CHARACTERS_PER_TOKEN } from './read-leg.ts'
import type { Route, RouteCall } from './route-call.ts'

/** A call that limits and budget let pass. It is settled exactly once; later calls of `settle` do nothing. */
export interface Admission {
  warnings: StreamPart[]
  /**
   * Books what was used.
   *
   * @param usage undefined, or all zero: the leg did not say. Then nothing counts when it failed before it wrote, else an estimate.
   * @param characters of the answer that came.
   * @param begun it was sent, and given up by us: who sent it may be billed for the prompt.
   */
  settle(usage: Usage | undefined, characters: number, begun: boolean): Promise<void>
}

/** Of a route without limits and budget. */
export const NO_ADMISSION: Admission = { warnings: [], settle: async () => {} }

/** Whether a route has to ask at all. */
export const mayRefuse = ({ limits, budget }: Pick<Route, 'limits' | 'budget'>): boolean => Boolean(limits || budget)

/**
 * Asks the limits and the budget for what one attempt may take at most.
 *
 * @throws RtError `rate_limited` or `budget_exceeded`.
 */
export const admit = async (
  { route, trace, signal }: RouteCall,
  model: Pick<LanguageModel, 'id' | 'capabilities' | 'countTokens'>,
  request: ModelRequest,
): Promise<Admission> => {
  const { limits, budget, price, clock } = route
  const options = { signal }
  const { local, contextTokens } = model.capabilities
  const started = clock.monotonic()
  const prompt = await model.countTokens(request, options)
  const output = request.maxOutputTokens ?? Math.min(route.expectedOutputTokens, Math.max(0, contextTokens - prompt))
  const principal = request.principal ?? LOCAL
  const usdOf = async (usage: Usage, ms: number): Promise<number | null> =>
    price ? price({ ...splitModelId(model.id, local), local, usage, ms }) : local ? 0 : null

  const ticket = await limits?.take({ principal, model: model.id, tokens: prompt + output }, options)
  let usd: number | null = 0
  const reservation = await (async () => {
    if (!budget) return undefined
    usd = await usdOf({ ...emptyUsage(), input: prompt, output }, 0)
    const thread = request.cacheKey === undefined ? {} : { thread: request.cacheKey }
    return budget.reserve({ principal, ...thread, model: model.id, tokens: prompt + output, usd }, options)
  })().catch(async (error: unknown) => {
    await ticket?.settle(0)
    throw error
  })

  let settled = false
  return {
    warnings: usd === null ? [unpriced(model.id)] : [],
    async settle(reported, characters, begun) {
      if (settled) return
      settled = true
      const wrote = characters > 0
      const estimate = { ...emptyUsage(), input: prompt, output: Math.ceil(characters / CHARACTERS_PER_TOKEN) }
      // No call takes nothing: zeros are what drivers give that were told nothing.
      const told = reported && totalTokens(reported) > 0 ? reported : undefined
      const usage = told ?? (wrote || begun ? estimate : undefined)
      try {
        await ticket?.settle(usage ? totalTokens(usage) : 0)
        if (usage) await reservation?.settle(usage, await usdOf(usage, clock.monotonic() - started))
        else await reservation?.release()
      } catch {
        // The answer is there; the most it could take stays booked.
        trace.event('rt.route.unsettled', { 'rt.route.leg': model.id })
      }
    },
  }
}

const unpriced = (model: string): StreamPart => ({
  type: 'warning',
  id: 'budget-unpriced',
  message: `no price is known for '${model}': its tokens count against the budget, its money does not.`,
})
