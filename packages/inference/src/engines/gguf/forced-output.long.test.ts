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
const firstSeeds = (from: number, count: number): number[] =>
  Array.from({ length: count / 10 }, (_, i) => from + i * 10)
const wrongOf = async (first: number, form: Parameters<typeof forceAnswer>[2]): Promise<object[]> => {
  const wrong = []
  for (let seed = first; seed < first + 10; seed++) {
    const answer = await forceAnswer(model, seed, form)
    if (!answer.valid) wrong.push({ seed, ...answer })
  }
  return wrong
}

test.each(firstSeeds(1000, 500))(
  'calls at temperature 1 are valid against the generated schemas from %d on',
  async (first) => {
    expect(await wrongOf(first, 'call')).toEqual([])
  },
)

test.each(firstSeeds(3000, 150))('so are answers, from %d on', async (first) => {
  expect(await wrongOf(first, 'answer')).toEqual([])
})

test.each(firstSeeds(4000, 150))('and calls or answers as the model chooses, from %d on', async (first) => {
  expect(await wrongOf(first, 'either')).toEqual([])
})
