import { collect, createMessage, type ModelRequest, type TokenLogprob } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel

beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2())
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const ask = async (request: Partial<ModelRequest> = {}): Promise<{ text: string; logprobs: TokenLogprob[] }> => {
  const { text, parts } = await collect(
    model.stream({
      messages: [createMessage('user', 'What is the capital of France?')],
      maxOutputTokens: 24,
      ...request,
      // Without the penalty this model has of its own, so that the likeliest is what greedy takes.
      sampling: { temperature: 0, seed: 1, repeatPenalty: 1, ...request.sampling },
    }),
  )
  return { text, logprobs: parts.flatMap((part) => (part.type === 'text-delta' ? (part.logprobs ?? []) : [])) }
}
const joined = (logprobs: TokenLogprob[]): string => logprobs.map(({ token }) => token).join('')
const sum = (one: TokenLogprob): number => one.top.reduce((all, { logprob }) => all + Math.exp(logprob), 0)

test('each token of the text has its logprob, and asking changes no token', async () => {
  const plain = await ask()
  expect(plain.logprobs).toEqual([])
  const { text, logprobs } = await ask({ logprobs: { top: 5 } })
  expect(text).toBe(plain.text)
  expect(joined(logprobs)).toBe(text)
  for (const one of logprobs) {
    expect(one.top).toHaveLength(5)
    // Greedy: what was taken is the likeliest.
    expect(one.top[0]).toEqual({ token: one.token, logprob: one.logprob })
    expect(one.top.map(({ logprob }) => logprob)).toEqual(
      one.top.map(({ logprob }) => logprob).toSorted((a, b) => b - a),
    )
    expect(sum(one)).toBeGreaterThan(0)
    expect(sum(one)).toBeLessThanOrEqual(1.0001)
  }
  // Of twenty, most of all there is.
  const { logprobs: twenty } = await ask({ logprobs: { top: 20 } })
  expect(twenty.filter((one) => sum(one) > 0.8).length).toBeGreaterThan(twenty.length / 2)
})

test('they are the same whatever is sampled, and none are listed with top 0', async () => {
  const { logprobs: greedy } = await ask({ logprobs: { top: 3 }, maxOutputTokens: 1 })
  const biased = await ask({
    logprobs: { top: 3 },
    maxOutputTokens: 1,
    sampling: { temperature: 1.5, topK: 1, logitBias: [{ token: ' Rome', bias: 100 }] },
  })
  expect(biased.text).toBe(' Rome')
  expect(biased.logprobs[0]!.top).toEqual(greedy[0]!.top)
  expect(biased.logprobs[0]!.logprob).toBeLessThan(greedy[0]!.logprob)
  const { logprobs: none } = await ask({ logprobs: { top: 0 }, maxOutputTokens: 1 })
  expect(none).toEqual([{ ...greedy[0], top: [] }])
})

test('under a grammar they say what the model would rather have written', async () => {
  const { text, logprobs } = await ask({
    logprobs: { top: 4 },
    output: { type: 'grammar', gbnf: 'root ::= "yes" | "no"' },
  })
  expect(['yes', 'no']).toContain(text)
  expect(joined(logprobs)).toBe(text)
  expect(logprobs[0]!.top.map(({ token }) => token)).not.toContain(logprobs[0]!.token)
  const json = await ask({
    logprobs: { top: 1 },
    maxOutputTokens: 60,
    output: {
      type: 'json',
      schema: { type: 'object', properties: { city: { type: 'string', maxLength: 10 } }, required: ['city'] },
    },
  })
  expect(JSON.parse(json.text)).toHaveProperty('city')
  expect(joined(json.logprobs)).toBe(json.text)
})

test('with a seed and a temperature the draws are the same as without, and side by side', async () => {
  const request = { maxOutputTokens: 12, sampling: { temperature: 1, topK: 0, topP: 1, seed: 7 } }
  const plain = await ask(request)
  const [one, two, other] = await Promise.all([
    ask({ ...request, logprobs: { top: 2 } }),
    ask({ ...request, logprobs: { top: 2 } }),
    ask(request),
  ])
  expect([one.text, two.text, other.text]).toEqual([plain.text, plain.text, plain.text])
  expect(joined(two.logprobs)).toBe(plain.text)
})

test('tokens behind a stop string are left out with it', async () => {
  const all = await ask({ logprobs: { top: 0 } })
  const stop = all.text.slice(8, 12)
  const { text, logprobs } = await ask({ logprobs: { top: 0 }, stop: [stop] })
  expect(text).toBe(all.text.slice(0, all.text.indexOf(stop)))
  expect(joined(logprobs).startsWith(text)).toBe(true)
  expect(logprobs.length).toBeLessThan(all.logprobs.length)
})
