import { collect, createMessage } from '@rt/core'
import { expect, it } from 'vitest'
import { createAnthropic } from './index.ts'

const apiKey = process.env['ANTHROPIC_API_KEY']

// Costs a few hundred tokens: run by hand, `vitest run --project remote packages/inference`.
it.skipIf(!apiKey).each(['2023-06-01', '2026-10-21'] as const)('answers in version %s', async (version) => {
  const provider = createAnthropic({ apiKey: apiKey!, version })
  const model = provider.languageModel(process.env['RT_ANTHROPIC_MODEL'] ?? 'claude-haiku-4-5')
  const messages = [createMessage('user', 'Say the word "blue" and nothing else.')]
  expect(await model.countTokens({ messages })).toBeGreaterThan(5)
  const { text, usage, finishReason } = await collect(model.stream({ messages, maxOutputTokens: 50 }))
  expect(text.toLowerCase()).toContain('blue')
  expect(finishReason).toBe('stop')
  expect(usage.input).toBeGreaterThan(5)
})
