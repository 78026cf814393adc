import { emptyUsage, type Usage } from '@rt/core'
import { expect, test } from 'vitest'
import { createCostCalculator, type PricedCall } from './create-cost-calculator.ts'

// 3 USD a million in, 15 out, 0.30 cached, 3.75 written to the cache; from 200,000 tokens on double, 22.50 out.
const sonnet: PricedCall = {
  provider: 'anthropic',
  model: 'claude-sonnet-4-5',
  local: false,
  usage: { ...emptyUsage(), input: 1000, output: 1000 },
  ms: 900,
}
const calculate = createCostCalculator()
const usdOf = (call: Partial<PricedCall>): Promise<number | null> => calculate({ ...sonnet, ...call })
const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts })

test('a known remote price', async () => {
  expect(await usdOf({})).toBeCloseTo(0.018, 10)
})

test('cached tokens are billed at their own rate, and once', async () => {
  const usd = (500 * 3 + 400 * 0.3 + 100 * 3.75 + 1000 * 15) / 1e6
  expect(await usdOf({ usage: usage({ input: 500, cacheRead: 400, cacheWrite: 100, output: 1000 }) })).toBeCloseTo(
    usd,
    10,
  )
  expect(await usdOf({ usage: usage({ cacheRead: 1000 }) })).toBeCloseTo(0.0003, 10)
})

test('reasoning is a part of the output, and not billed beside it', async () => {
  expect(await usdOf({ usage: usage({ output: 1000, reasoning: 900 }) })).toBeCloseTo(0.015, 10)
})

test('a long prompt is billed at its tier, all of it, cached tokens counted in', async () => {
  const long = usage({ input: 50_000, cacheRead: 150_001, output: 1000 })
  expect(await usdOf({ usage: long })).toBeCloseTo((50_000 * 6 + 150_001 * 0.6 + 1000 * 22.5) / 1e6, 10)
  const short = usage({ input: 50_000, cacheRead: 150_000, output: 1000 })
  expect(await usdOf({ usage: short })).toBeCloseTo((50_000 * 3 + 150_000 * 0.3 + 1000 * 15) / 1e6, 10)
})

test('the price is that of the day of the call', async () => {
  // o3 went from 10 / 40 USD to 2 / 8 USD on 2025-06-10.
  const o3 = { provider: 'openai', model: 'o3' }
  expect(await usdOf({ ...o3, at: new Date('2025-06-09T23:59:59Z') })).toBeCloseTo(0.05, 10)
  expect(await usdOf({ ...o3, at: new Date('2025-06-10T00:00:00Z') })).toBeCloseTo(0.01, 10)
  expect(await usdOf(o3)).toBeCloseTo(0.01, 10)
})

test('a batch costs half where the provider says so, and is unknown where it does not', async () => {
  expect(await usdOf({ batch: true })).toBeCloseTo(0.009, 10)
  expect(await usdOf({ provider: 'openai', model: 'gpt-5-mini', batch: true })).toBeCloseTo(0.001_125, 10)
  expect(await usdOf({ provider: 'groq', model: 'openai/gpt-oss-20b' })).toBeGreaterThan(0)
  expect(await usdOf({ provider: 'groq', model: 'openai/gpt-oss-20b', batch: true })).toBeNull()
})

test.each([
  ['anthropic', 'claude-haiku-4-5', 6000],
  ['openai', 'gpt-4o-mini', 750],
  ['mistral', 'mistral-large-2411', 8000],
  ['groq', 'openai/gpt-oss-20b', 375],
  ['openrouter', 'anthropic/claude-sonnet-4.5', 18_000],
  ['together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 1760],
  ['deepseek', 'deepseek-v3.2', 572],
  ['gemini', 'gemini-2.5-flash', 2800],
  ['gcp.gemini', 'gemini-2.5-flash', 2800],
])('%s is found by the name it has in rt', async (provider, model, microUsd) => {
  expect((await usdOf({ provider, model }))! * 1e6).toBeCloseTo(microUsd, 5)
})

test.each([
  ['a model nobody lists', { model: 'nobody-1' }],
  ['a provider nobody lists, whatever its model is called', { provider: 'my-gateway' }],
  ['a provider with a name like a known one', { provider: 'my-anthropic-proxy' }],
  ['the name of a property of all objects', { provider: 'constructor', model: 'toString' }],
  ['no provider', { provider: undefined }],
  ['a server of one’s own', { provider: 'vllm', model: 'openai/gpt-oss-20b' }],
  ['a later version than the one listed', { model: 'claude-sonnet-5-7-20270101' }],
  ['an answer of a model billed for its input only', { provider: 'openai', model: 'text-embedding-3-small' }],
  ['a model billed by pages', { provider: 'mistral', model: 'mistral-ocr-2512' }],
  ['counts below 0', { usage: usage({ input: -5, cacheRead: 5, output: 1 }) }],
  ['counts that are none', { usage: usage({ output: Number.NaN }) }],
  ['no token at all: the provider did not say', { usage: emptyUsage() }],
] satisfies [string, Partial<PricedCall> | { provider: undefined }][])(
  'unknown is null, never 0: %s',
  async (_, call) => {
    expect(await usdOf(call as Partial<PricedCall>)).toBeNull()
  },
)

test('free models and versions with a date are listed', async () => {
  expect(await usdOf({ provider: 'openrouter', model: 'openai/gpt-oss-20b:free' })).toBe(0)
  expect(await usdOf({ model: 'claude-sonnet-4-5-20250929' })).toBeCloseTo(0.018, 10)
  expect(await usdOf({ provider: 'openai', model: 'text-embedding-3-small', usage: usage({ input: 1e6 }) })).toBe(0.02)
})

test('a provider of any name uses the list it is told, or none', async () => {
  const told = createCostCalculator({ providers: { work: 'anthropic', google: null, other: 'gemini' } })
  expect(await told({ ...sonnet, provider: 'work' })).toBeCloseTo(0.018, 10)
  expect(await told({ ...sonnet, provider: 'work', batch: true })).toBeCloseTo(0.009, 10)
  const flash = { ...sonnet, model: 'gemini-2.5-flash' }
  expect(await told({ ...flash, provider: 'other' })).toBeCloseTo(0.0028, 10)
  expect(await told({ ...flash, provider: 'google' })).toBeNull()
})

test('own prices come first: of one model, else of a provider; 0 is a price', async () => {
  const own = createCostCalculator({
    prices: {
      'vllm/*': { input: 1, output: 2, cacheRead: 0.5 },
      'vllm/big/one': { input: 10, output: 20 },
      'anthropic/*': { input: 2, output: 12 },
      'ollama/*': { input: 0, output: 0 },
    },
  })
  const counts = usage({ input: 1000, cacheRead: 1000, cacheWrite: 1000, output: 1000 })
  const priced = (provider: string, model = 'm', more: Partial<PricedCall> = {}): Promise<number | null> =>
    own({ ...sonnet, provider, model, usage: counts, ...more })
  expect(await priced('vllm')).toBeCloseTo((1000 + 500 + 1000 + 2000) / 1e6, 10)
  expect(await priced('vllm', 'big/one')).toBeCloseTo(0.05, 10)
  expect(await priced('anthropic', 'claude-sonnet-4-5')).toBeCloseTo(0.018, 10)
  expect(await priced('anthropic', 'claude-sonnet-4-5', { batch: true })).toBeCloseTo(0.009, 10)
  expect(await priced('ollama')).toBe(0)
  expect(await priced('vllm', 'm', { batch: true })).toBeNull()
})

test('a price that is no amount is refused by name', () => {
  for (const input of [-1, Number.NaN, '3' as never])
    expect(() => createCostCalculator({ prices: { 'work/*': { input, output: 1 } } })).toThrow(/work\/\*.*input/)
})

test('this machine costs nothing, or what it was said to cost', async () => {
  const local = { ...sonnet, local: true, model: 'smollm2:135m', ms: 2000 }
  expect(await calculate(local)).toBe(0)
  expect(await createCostCalculator({ localUsdPerSecond: 0.001 })(local)).toBeCloseTo(0.002, 10)
})
