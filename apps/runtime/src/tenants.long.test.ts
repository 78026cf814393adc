import { expect, test } from 'vitest'
import { openTwoTenants } from './__fixtures__/two-tenants.ts'

// Row 31 of the faults: how soon an answer begins tells nobody what another has asked.
const ROUNDS = 5
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

test('what is warm for one is cold for the other', async () => {
  await using tenants = await openTwoTenants('smollm2:135m')
  const { ada, eve } = tenants
  await ada.ask('Hi')
  const times: Record<'cold' | 'warm' | 'guessed', number[]> = { cold: [], warm: [], guessed: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const prompt = `Report ${round}. ${'The clock of the tower strikes, and nobody in the village wakes up. '.repeat(30)}`
    times.cold.push((await ada.ask(prompt, { maxTokens: 1 })).firstMs)
    times.warm.push((await ada.ask(prompt, { maxTokens: 1 })).firstMs)
    const guessed = await eve.ask(prompt, { maxTokens: 1 })
    expect(guessed.cachedTokens).toBe(0)
    times.guessed.push(guessed.firstMs)
  }
  const [cold, warm, guessed] = [median(times.cold), median(times.warm), median(times.guessed)]
  console.log(`first token after ${cold.toFixed(0)} ms cold, ${warm.toFixed(0)} warm, ${guessed.toFixed(0)} guessed`)
  expect(warm).toBeLessThan(cold / 2)
  expect(guessed).toBeGreaterThan(cold / 2)
})
