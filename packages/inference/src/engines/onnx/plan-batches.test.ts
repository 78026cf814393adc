import { describe, expect, it } from 'vitest'
import { planBatches } from './plan-batches.ts'

describe('planBatches', () => {
  it('puts every text into exactly one batch and pads within the limits', () => {
    const lengths = [300, 3, 40, 8, 8, 120, 512, 9, 8, 64, 64]
    const limits = { texts: 3, tokens: 128 }
    const batches = planBatches(lengths, limits)
    expect(batches.flat().toSorted((a, b) => a - b)).toEqual(lengths.map((_, index) => index))
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(limits.texts)
      if (batch.length > 1)
        expect(batch.length * Math.max(...batch.map((i) => lengths[i]!))).toBeLessThanOrEqual(limits.tokens)
    }
  })

  it('groups neighbours in length, and runs long texts alone', () => {
    expect(planBatches([500, 5, 501, 6, 50], { texts: 2, tokens: 256 })).toEqual([[1, 3], [4], [0], [2]])
    expect(planBatches([])).toEqual([])
  })
})
