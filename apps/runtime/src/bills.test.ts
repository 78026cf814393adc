import { readFile } from 'node:fs/promises'
import { collect, createMessage, inputTokens, type Usage } from '@rt/core'
import { createAnthropic } from '@rt/inference/anthropic'
import { startFakeServer } from '@rt/inference/conformance'
import { createOpenAI, type OpenAIOptions } from '@rt/inference/openai'
import { createCostCalculator } from '@rt/observe'
import { expect, it } from 'vitest'

interface Bill {
  /** In the provider's `__fixtures__/usage`, in the shape its documentation gives. */
  file: string
  preset?: OpenAIOptions['preset']
  api?: OpenAIOptions['api']
  model: string
  /** All prompt tokens, as the provider counts them. */
  prompt: number
  usage: Usage
  /** USD, by hand: tokens times the published price a million. */
  usd: number
}

/** Off-peak hours of DeepSeek, and after the last change of all these prices. */
const AT = new Date('2026-11-22T20:00:00Z')

const BILLS: Bill[] = [
  {
    file: 'anthropic/__fixtures__/usage/messages.sse',
    model: 'claude-sonnet-4-5',
    prompt: 4012,
    usage: { input: 12, cacheRead: 3200, cacheWrite: 800, output: 503, reasoning: 400 },
    usd: (12 * 3 + 3200 * 0.3 + 800 * 3.75 + 503 * 15) / 1e6,
  },
  {
    file: 'openai/__fixtures__/usage/openai-chat.sse',
    preset: 'openai',
    model: 'gpt-5-mini',
    prompt: 2006,
    usage: { input: 86, cacheRead: 1920, cacheWrite: 0, output: 1320, reasoning: 1024 },
    usd: (86 * 0.25 + 1920 * 0.025 + 1320 * 2) / 1e6,
  },
  {
    file: 'openai/__fixtures__/usage/openai-responses.sse',
    preset: 'openai',
    api: 'responses',
    model: 'gpt-5-mini',
    prompt: 2006,
    usage: { input: 86, cacheRead: 1920, cacheWrite: 0, output: 1320, reasoning: 1024 },
    usd: (86 * 0.25 + 1920 * 0.025 + 1320 * 2) / 1e6,
  },
  {
    file: 'openai/__fixtures__/usage/deepseek.sse',
    preset: 'deepseek',
    model: 'deepseek-chat',
    prompt: 1500,
    usage: { input: 92, cacheRead: 1408, cacheWrite: 0, output: 300, reasoning: 210 },
    usd: (92 * 0.135 + 1408 * 0.035 + 300 * 0.55) / 1e6,
  },
  {
    file: 'openai/__fixtures__/usage/mistral.sse',
    preset: 'mistral',
    model: 'mistral-large-2411',
    prompt: 640,
    usage: { input: 640, cacheRead: 0, cacheWrite: 0, output: 80, reasoning: 0 },
    usd: (640 * 2 + 80 * 6) / 1e6,
  },
  {
    // Its thoughts stand in the total only, and are billed as output.
    file: 'openai/__fixtures__/usage/gemini.sse',
    preset: 'gemini',
    model: 'gemini-2.5-flash',
    prompt: 1200,
    usage: { input: 1200, cacheRead: 0, cacheWrite: 0, output: 280, reasoning: 200 },
    usd: (1200 * 0.3 + 280 * 2.5) / 1e6,
  },
  {
    file: 'openai/__fixtures__/usage/openrouter.sse',
    preset: 'openrouter',
    model: 'anthropic/claude-sonnet-4.5',
    prompt: 5194,
    usage: { input: 194, cacheRead: 4000, cacheWrite: 1000, output: 402, reasoning: 128 },
    usd: (194 * 3 + 4000 * 0.3 + 1000 * 3.75 + 402 * 15) / 1e6,
  },
]

it.each(BILLS)('$file: counts are disjoint, add up to its own, and make its bill', async (bill) => {
  await using server = await startFakeServer()
  const file = new URL(`../../../packages/inference/src/providers/${bill.file}`, import.meta.url)
  server.reply = { headers: { 'content-type': 'text/event-stream' }, chunks: [await readFile(file, 'utf8')] }
  const options = { apiKey: 'key-of-the-test', baseURL: server.url }
  const provider = bill.preset
    ? createOpenAI({ ...options, preset: bill.preset, ...(bill.api && { api: bill.api }) })
    : createAnthropic(options)

  const model = provider.languageModel(bill.model)
  const { usage } = await collect(model.stream({ messages: [createMessage('user', 'Is it?')] }))
  expect(usage).toEqual(bill.usage)
  expect(inputTokens(usage)).toBe(bill.prompt)
  expect(Math.min(...Object.values(usage))).toBeGreaterThanOrEqual(0)
  expect(usage.reasoning).toBeLessThanOrEqual(usage.output)

  const call = { provider: provider.id, model: bill.model, local: false, usage, ms: 10, at: AT }
  expect(await createCostCalculator()(call)).toBeCloseTo(bill.usd, 12)
})
