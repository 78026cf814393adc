import { type Budget, type EmbeddingModel, emptyUsage, LOCAL, splitModelId } from '@rt/core'
import type { RouteParts } from './routes.ts'

/** Of prose. Embedders count their own tokens only afterwards. */
const CHARACTERS_PER_TOKEN = 3

/** A remote embedder under the limits and the budget of all models: asked before each call, told after it. */
export const createMeteredEmbedder = (model: EmbeddingModel, { limits, budget, price }: RouteParts): EmbeddingModel => {
  if (!limits && !budget) return model
  const usdOf = (tokens: number): ReturnType<RouteParts['price']> =>
    price({
      ...splitModelId(model.id, model.local),
      local: model.local,
      usage: { ...emptyUsage(), input: tokens },
      ms: 0,
    })
  const reserve = async (
    tokens: number,
    options: Parameters<Budget['reserve']>[1],
  ): Promise<Awaited<ReturnType<Budget['reserve']>> | undefined> =>
    budget?.reserve({ principal: LOCAL, model: model.id, tokens, usd: await usdOf(tokens) }, options)

  return {
    ...model,
    dimensions: model.dimensions,
    async embed(texts, options = {}) {
      const estimate = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN)
      const ticket = await limits?.take({ principal: LOCAL, model: model.id, tokens: estimate }, options)
      const reservation = await reserve(estimate, options).catch(async (error: unknown) => {
        await ticket?.settle(0)
        throw error
      })
      try {
        const result = await model.embed(texts, options)
        await ticket?.settle(result.tokens)
        await reservation?.settle({ ...emptyUsage(), input: result.tokens }, await usdOf(result.tokens))
        return result
      } catch (error) {
        await ticket?.settle(0)
        await reservation?.release()
        throw error
      }
    },
  }
}
