import { type Budget, type EmbeddingModel, RtError } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { createBudget, createMemoryKeyValue, type RateLimits } from '@rt/inference/router'
import { describe, expect, it } from 'vitest'
import { createMeteredEmbedder } from './metered-embedder.ts'

const price = async (): Promise<number> => 0
const limited = (tokens: number): Budget =>
  createBudget({ limits: [{ per: 'key', tokens }], store: createMemoryKeyValue() })
const far = (embed?: EmbeddingModel['embed']): EmbeddingModel => ({
  ...createFakeEmbedder({ id: 'far/embed', local: false }),
  ...(embed && { embed }),
})
const failing = (code: 'network' | 'aborted'): EmbeddingModel =>
  far(async () => {
    throw new RtError({ code, message: 'no' })
  })
/** 3 tokens as it is estimated, 2 as it is counted. */
const TEXT = 'one four'

describe('a remote embedder under a budget', () => {
  it('is asked before the call, and told what it took', async () => {
    const model = createMeteredEmbedder(far(), { budget: limited(6), price })
    for (let times = 0; times < 2; times++) await model.embed([TEXT])
    await expect(model.embed([TEXT])).rejects.toMatchObject({ code: 'budget_exceeded' })
  })

  it('is counted for whoever asks', async () => {
    const model = createMeteredEmbedder(far(), { budget: limited(3), price })
    await model.embed([TEXT], { principal: 'ada' })
    await expect(model.embed([TEXT], { principal: 'ada' })).rejects.toThrow(/'ada'/)
    await model.embed([TEXT], { principal: 'bob' })
    await model.embed([TEXT])
  })

  it.each([
    ['network', 'finish'],
    ['aborted', 'budget_exceeded'],
  ] as const)('gives back what a call took that failed (%s), not one that was given up', async (code, second) => {
    const budget = limited(3)
    await createMeteredEmbedder(failing(code), { budget, price })
      .embed([TEXT])
      .catch(() => {})
    const again = await createMeteredEmbedder(far(), { budget, price })
      .embed([TEXT])
      .then(
        () => 'finish',
        (error: RtError) => error.code,
      )
    expect(again).toBe(second)
  })

  it('takes the estimate where nobody counted, and gives the vectors where nothing can be booked', async () => {
    const silent = far(async () => ({ vectors: [], tokens: 0, truncated: [] }))
    const model = createMeteredEmbedder(silent, { budget: limited(5), price })
    await model.embed([TEXT])
    await expect(model.embed([TEXT])).rejects.toMatchObject({ code: 'budget_exceeded' })

    const settle = async (): Promise<never> => {
      throw new RtError({ code: 'network', message: 'Redis is gone.' })
    }
    const limits: RateLimits = { take: async () => ({ settle }) }
    expect((await createMeteredEmbedder(far(), { limits, price }).embed([TEXT])).tokens).toBe(2)
  })

  it('spends nothing for a caller that has gone', async () => {
    const inner = createFakeEmbedder({ id: 'far/embed', local: false })
    const model = createMeteredEmbedder(inner, { budget: limited(3), price })
    await expect(model.embed([TEXT], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' })
    expect(inner.counts.calls).toBe(0)
    await model.embed([TEXT])
  })
})
