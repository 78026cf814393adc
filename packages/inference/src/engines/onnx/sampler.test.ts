import { describe, expect, it } from 'vitest'
import type { ResolvedSampling } from '../../driver-kit/sampling.ts'
import { createSampler } from './sampler.ts'
import { DEFAULT_SAMPLING } from './writer-options.ts'

const OPEN: ResolvedSampling = { ...DEFAULT_SAMPLING, temperature: 1, topP: 1, topK: 0, seed: 1 }
/** Probabilities 0.5, 0.25, 0.15, 0.1 in a mixed order. */
const PARTS = [0.1, 0.5, 0.15, 0.25]
const logits = (parts: number[] = PARTS): Float32Array => Float32Array.from(parts, Math.log)

/** Share of each token in many draws. */
const shares = (sampling: Partial<ResolvedSampling>, parts?: number[]): number[] => {
  const counts = PARTS.map(() => 0)
  const sampler = createSampler({ ...OPEN, ...sampling })
  for (let i = 0; i < 20_000; i++) counts[sampler.pick(logits(parts), [])]!++
  return counts.map((count) => count / 20_000)
}
const near = (parts: number[]): unknown[] => parts.map((part) => (part === 0 ? 0 : expect.closeTo(part, 1.7)))

describe('createSampler', () => {
  it('takes the best at temperature 0', () => {
    const sampler = createSampler({ ...OPEN, temperature: 0 })
    expect(sampler.pick(logits(), [])).toBe(1)
  })

  it('draws as the model says', () => {
    expect(shares({})).toEqual(near(PARTS))
  })

  it.each<[string, Partial<ResolvedSampling>, number[]]>([
    ['topK', { topK: 2 }, [0, 2 / 3, 0, 1 / 3]],
    ['topP', { topP: 0.74 }, [0, 2 / 3, 0, 1 / 3]],
    ['topP, the one that crosses it included', { topP: 0.76 }, [0, 0.5 / 0.9, 0.15 / 0.9, 0.25 / 0.9]],
    ['topP of nearly nothing', { topP: 0 }, [0, 1, 0, 0]],
    ['minP', { minP: 0.29 }, [0, 0.5 / 0.9, 0.15 / 0.9, 0.25 / 0.9]],
    ['temperature', { temperature: 0.5 }, [0.01 / 0.345, 0.25 / 0.345, 0.0225 / 0.345, 0.0625 / 0.345]],
    ['topP among the topK', { topK: 2, topP: 0.6 }, [0, 1, 0, 0]],
  ])('narrows by %s', (_name, sampling, expected) => {
    expect(shares(sampling)).toEqual(near(expected))
  })

  it('finds the best of a large vocabulary, and narrows it by all of it', () => {
    const many = Float32Array.from({ length: 50_000 }, (_, token) => Math.log(((token * 7919) % 50_000) + 1))
    const sum = (50_000 * 50_001) / 2
    const first = many.indexOf(Math.max(...many))
    expect(createSampler({ ...OPEN, topK: 1 }).pick(many.slice(), [])).toBe(first)
    // The 8000 likeliest hold so much; every draw is among them.
    const topP = Array.from({ length: 8000 }, (_, i) => 50_000 - i).reduce((all, part) => all + part, 0) / sum
    const sampler = createSampler({ ...OPEN, topP: topP - 1e-6 })
    for (let i = 0; i < 20; i++) expect(Math.exp(many[sampler.pick(many.slice(), [])]!)).toBeGreaterThan(41_990)
  })

  it('punishes what was written, as llama.cpp does', () => {
    const pick = (written: number[], more: Partial<ResolvedSampling>): number =>
      createSampler({ ...OPEN, temperature: 0, ...more }).pick(Float32Array.of(2, 1.9, -1), written)
    expect(pick([0], {})).toBe(0)
    expect(pick([0], { repeatPenalty: 1.1 })).toBe(1)
    expect(pick([0], { presencePenalty: 0.2 })).toBe(1)
    expect(pick([0], { frequencyPenalty: 0.06 })).toBe(0)
    expect(pick([0, 0], { frequencyPenalty: 0.06 })).toBe(1)
    expect(pick([0, ...Array.from({ length: 64 }, () => 2)], { presencePenalty: 9 })).toBe(0)
  })

  it('draws the same from the same seed, and else something else', () => {
    const draws = (seed: number): number[] => {
      const sampler = createSampler({ ...OPEN, seed })
      return Array.from({ length: 40 }, () => sampler.pick(logits(), []))
    }
    expect(draws(3)).toEqual(draws(3))
    expect(draws(3)).not.toEqual(draws(4))
  })
})
