import type { LlamaModel } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { fitInfill } from './fit-infill.ts'

/** A token a character; control tokens are negative. */
const createModel = (infill: { prefix: number | null; suffix: number | null; middle: number | null }): LlamaModel =>
  ({
    tokens: { infill, bos: -9, shouldPrependBosToken: true },
    tokenize: (text: string) => Array.from(text, (one) => one.charCodeAt(0)),
  }) as unknown as LlamaModel
const codes = (text: string): number[] => Array.from(text, (one) => one.charCodeAt(0))
const texts = { prefix: 'before', suffix: 'behind' }

test('the prompt has the order the model was trained with', () => {
  const options = { id: 'x', contextTokens: 64 }
  expect(fitInfill(texts, { ...options, model: createModel({ prefix: -1, suffix: -2, middle: -3 }) })).toEqual({
    tokens: [-9, -1, ...codes('before'), -2, ...codes('behind'), -3],
    cut: false,
  })
  expect(fitInfill(texts, { ...options, model: createModel({ prefix: -1, suffix: -2, middle: null }) }).tokens).toEqual(
    [-9, -2, ...codes('behind'), -1, ...codes('before')],
  )
  for (const infill of [
    { prefix: null, suffix: -2, middle: -3 },
    { prefix: -1, suffix: null, middle: -3 },
  ])
    expect(() => fitInfill(texts, { ...options, model: createModel(infill) })).toThrow(/not trained to fill gaps/)
})

test('what is far from the gap is left out, and room stays for the answer', () => {
  const model = createModel({ prefix: -1, suffix: -2, middle: -3 })
  const fit = (prefix: string, suffix: string, maxOutputTokens?: number) =>
    fitInfill({ prefix, suffix }, { id: 'x', model, contextTokens: 40, maxOutputTokens })
  const both = fit('a'.repeat(99) + 'b', 'c' + 'd'.repeat(99))
  expect(both.cut).toBe(true)
  // 40 - 10 for the answer - 4 control tokens, a quarter of the rest for what is behind.
  expect(both.tokens).toEqual([-9, -1, ...codes('a'.repeat(19) + 'b'), -2, ...codes('c' + 'd'.repeat(5)), -3])
  expect(fit('', 'd'.repeat(99)).tokens).toHaveLength(30)
  expect(fit('a'.repeat(99), '').tokens).toHaveLength(30)
  expect(fit('a'.repeat(99), '', 1e6).tokens).toHaveLength(20)
  // No more than could fit is tokenised.
  const huge = fit('a'.repeat(1e6) + 'b', 'c' + 'd'.repeat(1e6))
  expect(huge).toEqual(both)
})
