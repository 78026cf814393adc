import { emptyUsage } from '@rt/core'
import { expect, test } from 'vitest'
import { createCostCalculator, type PricedCall } from './create-cost-calculator.ts'

// 3 USD a million in, 15 out, 0.30 cached, 3.75 written to the cache.
const sonnet: PricedCall = {
  provider: 'anthropic',
  model: 'claude-sonnet-4-5',
  local: false,
  usage: { ...emptyUsage(), input: 1000, output: 1000 },
  ms: 900,
}

test('a known remote price', async () => {
  expect(await createCostCalculator()(sonnet)).toBeCloseTo(0.018, 10)
})

test('cached tokens are billed at their own rate, and once', async () => {
  const usage = { ...sonnet.usage, input: 500, cacheRead: 400, cacheWrite: 100 }
  const usd = (500 * 3 + 400 * 0.3 + 100 * 3.75 + 1000 * 15) / 1e6
  expect(await createCostCalculator()({ ...sonnet, usage })).toBeCloseTo(usd, 10)
  expect(await createCostCalculator()({ ...sonnet, usage: { ...emptyUsage(), cacheRead: 1000 } })).toBeCloseTo(
    0.0003,
    10,
  )
})

test('unknown is null, never 0: model, provider, counts that make no sense', async () => {
  const calculate = createCostCalculator()
  expect(await calculate({ ...sonnet, model: 'nobody-1' })).toBeNull()
  expect(await calculate({ ...sonnet, provider: 'my-gateway' })).toBeNull()
  expect(await calculate({ ...sonnet, usage: { ...emptyUsage(), input: -5, cacheRead: 5, output: 1 } })).toBeNull()
})

test('this machine costs nothing, or what it was said to cost', async () => {
  const local = { ...sonnet, local: true, model: 'smollm2:135m', ms: 2000 }
  expect(await createCostCalculator()(local)).toBe(0)
  expect(await createCostCalculator({ localUsdPerSecond: 0.001 })(local)).toBeCloseTo(0.002, 10)
})
