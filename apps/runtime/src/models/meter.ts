import { type CallOptions, emptyUsage, LOCAL, type Principal, splitModelId, throwIfAborted, toRtError } from '@rt/core'
import type { RouteParts } from './routes.ts'

/** Of prose. What reads texts counts its own tokens only afterwards, or never. */
const CHARACTERS_PER_TOKEN = 3

export type Metering = Pick<RouteParts, 'limits' | 'budget' | 'price'>

/** Asks limits and budget before a call with so much text, and tells them after it what it took. */
export type Meter = <T>(
  texts: string[],
  options: CallOptions & { principal?: Principal },
  work: () => Promise<{ result: T; tokens?: number }>,
) => Promise<T>

/** Of a model that reads texts elsewhere; undefined without limits and budget. */
export const createMeter = (
  { id, local }: { id: string; local: boolean },
  { limits, budget, price }: Metering,
): Meter | undefined => {
  if (!limits && !budget) return undefined
  const usdOf = (tokens: number): ReturnType<RouteParts['price']> =>
    price({ ...splitModelId(id, local), local, usage: { ...emptyUsage(), input: tokens }, ms: 0 })

  const admit = async (tokens: number, { principal = LOCAL, ...options }: Parameters<Meter>[1]): Promise<Admitted> => {
    const request = { principal, model: id, tokens }
    const ticket = await limits?.take(request, options)
    const reservation = await (async () => budget?.reserve({ ...request, usd: await usdOf(tokens) }, options))().catch(
      async (error: unknown) => {
        await ticket?.settle(0)
        throw error
      },
    )
    return {
      async settle(used) {
        await ticket?.settle(used)
        await reservation?.settle({ ...emptyUsage(), input: used }, await usdOf(used))
      },
      async release() {
        await ticket?.settle(0)
        await reservation?.release()
      },
    }
  }

  return async (texts, options, work) => {
    throwIfAborted(options.signal)
    const estimate = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN)
    const admitted = await admit(estimate, options)
    try {
      const { result, tokens } = await work()
      // The answer is there: where what it took cannot be booked, the estimate stays.
      await admitted.settle(tokens || estimate).catch(() => {})
      return result
    } catch (error) {
      // Given up by us, it may be billed all the same.
      if (!GIVEN_UP.has(toRtError(error).code)) await admitted.release().catch(() => {})
      throw error
    }
  }
}

const GIVEN_UP: ReadonlySet<string> = new Set(['aborted', 'timeout'])

interface Admitted {
  settle(tokens: number): Promise<void>
  release(): Promise<void>
}
