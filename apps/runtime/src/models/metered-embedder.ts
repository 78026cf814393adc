import {
  type EmbeddingModel,
  type EmbedOptions,
  emptyUsage,
  LOCAL,
  splitModelId,
  throwIfAborted,
  toRtError,
} from '@rt/core'
import { wrapEmbedder } from './wrap-embedder.ts'
import type { RouteParts } from './routes.ts'

/** Of prose. Embedders count their own tokens only afterwards. */
const CHARACTERS_PER_TOKEN = 3

type Metering = Pick<RouteParts, 'limits' | 'budget' | 'price'>

/** A remote embedder under the limits and the budget of all models: asked before each call, told after it. */
export const createMeteredEmbedder = (model: EmbeddingModel, { limits, budget, price }: Metering): EmbeddingModel => {
  if (!limits && !budget) return model
  const usdOf = (tokens: number): ReturnType<RouteParts['price']> =>
    price({
      ...splitModelId(model.id, model.local),
      local: model.local,
      usage: { ...emptyUsage(), input: tokens },
      ms: 0,
    })

  const admit = async (tokens: number, { principal = LOCAL, ...options }: EmbedOptions): Promise<Admitted> => {
    const request = { principal, model: model.id, tokens }
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

  return wrapEmbedder(model, async (texts, options = {}) => {
    throwIfAborted(options.signal)
    const estimate = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN)
    const admitted = await admit(estimate, options)
    try {
      const result = await model.embed(texts, options)
      // The vectors are there: where what they took cannot be booked, the estimate stays.
      await admitted.settle(result.tokens || estimate).catch(() => {})
      return result
    } catch (error) {
      // Given up by us, it may be billed all the same.
      if (!GIVEN_UP.has(toRtError(error).code)) await admitted.release().catch(() => {})
      throw error
    }
  })
}

const GIVEN_UP: ReadonlySet<string> = new Set(['aborted', 'timeout'])

interface Admitted {
  settle(tokens: number): Promise<void>
  release(): Promise<void>
}
