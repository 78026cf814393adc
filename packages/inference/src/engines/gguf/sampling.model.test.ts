import { collect, createMessage, type Sampling } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel

beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2())
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const ask = async (text: string, sampling: Sampling, maxOutputTokens = 24): Promise<string> =>
  (
    await collect(
      model.stream({
        messages: [createMessage('user', text)],
        sampling: { temperature: 0, seed: 1, ...sampling },
        maxOutputTokens,
      }),
    )
  ).text

const FRANCE = 'What is the capital of France?'

test('a bias bans the tokens of a text, or makes one token the only one', async () => {
  expect(await ask(FRANCE, {})).toContain('Paris')
  expect(await ask(FRANCE, { logitBias: [{ token: ' Paris', bias: -100 }] })).not.toContain('Paris')
  expect(await ask(FRANCE, { logitBias: [{ token: ' Rome', bias: 100 }] }, 3)).toBe(' Rome Rome Rome')
})

test('the number of no token of the model does nothing', async () => {
  const plain = await ask(FRANCE, {})
  expect(await ask(FRANCE, { logitBias: [{ token: 2 ** 31 - 1, bias: 100 }] })).toBe(plain)
})

test('DRY ends a repetition, but not where it is allowed', async () => {
  const logitBias = [{ token: ' one', bias: 60 }]
  const same = await ask('Count.', { logitBias }, 12)
  expect(same).toBe(' one'.repeat(12))
  const dry = { multiplier: 50, base: 2 }
  expect(await ask('Count.', { logitBias, dry }, 12)).not.toBe(same)
  expect(await ask('Count.', { logitBias, dry: { ...dry, allowedLength: 100 } }, 12)).toBe(same)
})

test('XTC leaves the likeliest out', async () => {
  const sampling = { temperature: 0.1, topK: 0, topP: 1 }
  const plain = await ask(FRANCE, sampling, 12)
  expect(await ask(FRANCE, { ...sampling, xtc: { probability: 0, threshold: 0.01 } }, 12)).toBe(plain)
  expect(await ask(FRANCE, { ...sampling, xtc: { probability: 1, threshold: 0.01 } }, 12)).not.toBe(plain)
})

test('penalties see as far back as they are told', async () => {
  const logitBias = [{ token: ' one', bias: 20 }]
  const counted = { logitBias, presencePenalty: 10, frequencyPenalty: 10 }
  const ones = async (repeatLastTokens: number): Promise<number> =>
    (await ask('Count.', { ...counted, repeatLastTokens }, 16)).split(' one').length - 1
  const [none, two, many] = [await ones(0), await ones(2), await ones(64)]
  expect(none).toBe(16)
  expect(two).toBeLessThan(none)
  expect(many).toBeLessThan(two)
})
