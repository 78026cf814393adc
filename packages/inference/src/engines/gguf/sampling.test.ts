import { expect, test } from 'vitest'
import { DEFAULT_SAMPLING } from './options.ts'
import { penaltyWindow, resolveSampling, validateRequest } from './sampling.ts'

test('request wins over model, model over engine, and nothing is left open', () => {
  const sampling = resolveSampling({ temperature: 0.5, topK: undefined }, { temperature: 0.9, topK: 12 })
  expect(sampling).toEqual({ ...DEFAULT_SAMPLING, temperature: 0.5, topK: 12, seed: expect.any(Number) })
  expect(resolveSampling({ seed: 7 }).seed).toBe(7)
  expect(resolveSampling({ dry: { multiplier: 1 } }, { dry: { multiplier: 0.5, base: 2 } }).dry).toEqual({
    ...DEFAULT_SAMPLING.dry,
    multiplier: 1,
    base: 2,
  })
})

test('penalties look at the last tokens only', () => {
  expect([penaltyWindow([1, 2, 3], 2), penaltyWindow([1, 2, 3], 9), penaltyWindow([1, 2, 3], 0)]).toEqual([
    [2, 3],
    [1, 2, 3],
    [],
  ])
})

test.each([
  [{ sampling: { temperature: Number.NaN } }, 'sampling.temperature'],
  [{ sampling: { temperature: Infinity } }, 'sampling.temperature'],
  [{ sampling: { topK: -1 } }, 'sampling.topK'],
  [{ sampling: { topK: 1.5 } }, 'sampling.topK'],
  [{ sampling: { seed: 2 ** 64 } }, 'sampling.seed'],
  [{ sampling: { temperature: -1 } }, 'sampling.temperature'],
  [{ sampling: { minP: 2 } }, 'sampling.minP'],
  [{ sampling: { repeatPenalty: -Infinity } }, 'sampling.repeatPenalty'],
  [{ sampling: { presencePenalty: Number.NaN } }, 'sampling.presencePenalty'],
  [{ sampling: { seed: -1 } }, 'sampling.seed'],
  [{ sampling: { repeatLastTokens: -1 } }, 'sampling.repeatLastTokens'],
  [{ sampling: { repeatLastTokens: 2 ** 31 } }, 'sampling.repeatLastTokens'],
  [{ sampling: { xtc: { probability: 1.1, threshold: 0.1 } } }, 'sampling.xtc.probability'],
  [{ sampling: { xtc: { probability: 1, threshold: Number.NaN } } }, 'sampling.xtc.threshold'],
  [{ sampling: { xtc: null as never } }, 'sampling.xtc.probability'],
  [{ sampling: { dry: { multiplier: Infinity } } }, 'sampling.dry.multiplier'],
  [{ sampling: { dry: { multiplier: 1, base: 0.5 } } }, 'sampling.dry.base'],
  [{ sampling: { dry: { multiplier: 1, allowedLength: 0 } } }, 'sampling.dry.allowedLength'],
  [{ sampling: { dry: { multiplier: 1, lastTokens: 2 ** 31 } } }, 'sampling.dry.lastTokens'],
  [{ sampling: { dry: { multiplier: 1, sequenceBreakers: [''] } } }, 'sampling.dry.sequenceBreakers'],
  [{ sampling: { dry: { multiplier: 1, sequenceBreakers: Array(17).fill('x') } } }, 'sampling.dry.sequenceBreakers'],
  [{ sampling: { logitBias: [{ token: -1, bias: 1 }] } }, 'sampling.logitBias[0].token'],
  [{ sampling: { logitBias: [{ token: '', bias: 1 }] } }, 'sampling.logitBias[0].token'],
  [{ sampling: { logitBias: [{ token: 5, bias: 101 }] } }, 'sampling.logitBias[0].bias'],
  [{ sampling: { logitBias: [{ token: 'x', bias: Number.NaN }] } }, 'sampling.logitBias[0].bias'],
  [{ sampling: { logitBias: Array(1025).fill({ token: 5, bias: 1 }) } }, 'sampling.logitBias'],
  [{ logprobs: { top: 21 } }, 'logprobs.top'],
  [{ logprobs: { top: Number.NaN } }, 'logprobs.top'],
  [{ maxOutputTokens: 0 }, 'maxOutputTokens'],
  [{ maxOutputTokens: -5 }, 'maxOutputTokens'],
  [{ stop: [''] }, 'stop'],
])('%j is refused by the name of its field', (request, field) => {
  expect(() => validateRequest({ messages: [], ...request })).toThrow(
    expect.objectContaining({ code: 'invalid_request', data: { field }, message: expect.stringContaining(field) }),
  )
})

test('ordinary values pass', () => {
  expect(() =>
    validateRequest({ messages: [], sampling: { ...DEFAULT_SAMPLING, seed: 0 }, maxOutputTokens: 1, stop: ['x'] }),
  ).not.toThrow()
})
