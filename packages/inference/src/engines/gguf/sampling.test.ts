import { expect, test } from 'vitest'
import { DEFAULT_SAMPLING } from './options.ts'
import { resolveSampling, validateRequest } from './sampling.ts'

test('request wins over model, model over engine, and nothing is left open', () => {
  const sampling = resolveSampling({ temperature: 0.5, topK: undefined }, { temperature: 0.9, topK: 12 })
  expect(sampling).toEqual({ ...DEFAULT_SAMPLING, temperature: 0.5, topK: 12, seed: expect.any(Number) })
  expect(resolveSampling({ seed: 7 }).seed).toBe(7)
})

test.each([
  [{ sampling: { temperature: Number.NaN } }, 'sampling.temperature'],
  [{ sampling: { temperature: Infinity } }, 'sampling.temperature'],
  [{ sampling: { topK: -1 } }, 'sampling.topK'],
  [{ sampling: { topK: 1.5 } }, 'sampling.topK'],
  [{ sampling: { seed: 2 ** 64 } }, 'sampling.seed'],
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
