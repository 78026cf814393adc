import { afterAll, beforeAll, expect, test } from 'vitest'
import { forceAnswer } from './__fixtures__/forced-answers.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel

beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2({ contextTokens: 4096 }))
})
afterAll(() => engine?.[Symbol.asyncDispose]())

// Ten a test, so that a failure names few seeds and a slow machine has time.
test.each(Array.from({ length: 50 }, (_, i) => 1000 + i * 10))(
  'answers at temperature 1 are valid against the generated schemas from %d on',
  async (first) => {
    const wrong = []
    for (let seed = first; seed < first + 10; seed++) {
      const answer = await forceAnswer(model, seed)
      if (!answer.valid) wrong.push({ seed, ...answer })
    }
    expect(wrong).toEqual([])
  },
)
