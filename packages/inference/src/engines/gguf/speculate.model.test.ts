import { collect, createMessage, type ModelRequest, type StreamPart } from '@rt/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { generate } from './generate.ts'
import { type HostModel, loadModel } from './load-model.ts'
import type { DraftTally, Payoff } from './payoff.ts'

const CODE = `export const total = (items, least) => {
  let sum = 0
  for (const item of items) {
    if (item.price > least) sum += item.price * item.count
  }
  return sum
}
`
const LIST = 'Anna 31 Oslo, Ben 45 Rome, Cleo 27 Bern, Dan 52 Riga, Eva 38 Nice, Finn 29 Cork'

/** Drafts whatever it costs, where it matches: what pays is not what is tested here. */
const eager = (count: number): Payoff & { tally: DraftTally } => {
  const tally: DraftTally = { steps: 0, drafted: 0, accepted: 0 }
  return {
    tally,
    answer: () => ({
      worth: (match, most) => (match > 0 ? Math.max(0, Math.min(count, most)) : 0),
      guessed: () => {},
      stepped(_, { drafted, accepted }) {
        if (drafted > 0) tally.steps++
        tally.drafted += drafted
        tally.accepted += accepted
      },
    }),
  }
}

const open = async (name: string): Promise<HostModel> => {
  const { entry, files } = await createCatalog().ensure(name)
  return await loadModel({
    id: name,
    key: name,
    path: files.model,
    contextTokens: 1024,
    sequences: 1,
    threads: 1,
    ...(entry.sampling && { sampling: entry.sampling }),
  })
}
const user = (text: string): Pick<ModelRequest, 'messages'> => ({ messages: [createMessage('user', text)] })
const ask = async (loaded: HostModel, payoff: Payoff | undefined, request: ModelRequest) => {
  const { signal } = new AbortController()
  const events = generate({ ...loaded, payoff }, request, { signal, progress: false })
  const parts = async function* (): AsyncGenerator<StreamPart> {
    for await (const event of events) if (event.type !== 'prefill') yield event
  }
  const { text, parts: all, usage, finishReason } = await collect(parts())
  const said = all.flatMap((part) => (part.type === 'tool-call-end' ? [part.arguments] : []))
  return { text, said, finishReason, output: usage.output }
}

describe('smollm2:135m', () => {
  let loaded: HostModel

  beforeAll(async () => {
    loaded = await open('smollm2:135m')
  })
  afterAll(() => loaded?.[Symbol.asyncDispose]())

  const tool = {
    name: 'save',
    description: 'Saves people.',
    parameters: {
      type: 'object' as const,
      properties: { people: { type: 'array' as const, items: { type: 'string' as const }, maxItems: 6 } },
      required: ['people'],
    },
  }
  const requests: Record<string, ModelRequest> = {
    copy: { ...user(`Repeat this text exactly:\n${CODE}`), maxOutputTokens: 90, sampling: { repeatPenalty: 1 } },
    free: { ...user('Write about a lighthouse.'), maxOutputTokens: 60 },
    penalties: {
      ...user(`Repeat this list: ${LIST}`),
      maxOutputTokens: 60,
      sampling: { repeatPenalty: 1.2, presencePenalty: 0.3, frequencyPenalty: 0.2, repeatLastTokens: 12 },
    },
    dry: {
      ...user(`Repeat this list twice: ${LIST}`),
      maxOutputTokens: 60,
      sampling: { repeatPenalty: 1, dry: { multiplier: 0.8 } },
    },
    bias: {
      ...user(`Repeat this list: ${LIST}`),
      maxOutputTokens: 50,
      sampling: { repeatPenalty: 1, logitBias: [{ token: 'Rome', bias: -100 }] },
    },
    stop: { ...user(`Repeat this list: ${LIST}`), maxOutputTokens: 60, stop: ['Bern'], sampling: { repeatPenalty: 1 } },
    json: {
      ...user(`These people as JSON: ${LIST}`),
      maxOutputTokens: 120,
      output: {
        type: 'json',
        schema: {
          type: 'array',
          maxItems: 4,
          items: {
            type: 'object',
            properties: { name: { type: 'string', maxLength: 12 }, city: { type: 'string', maxLength: 12 } },
            required: ['name', 'city'],
          },
        },
      },
    },
    call: {
      ...user(`Save these people: ${LIST}`),
      maxOutputTokens: 120,
      tools: [tool],
      toolChoice: 'required',
      sampling: { repeatPenalty: 1 },
    },
    length: { ...user(`Repeat this text exactly:\n${CODE}`), maxOutputTokens: 17, sampling: { repeatPenalty: 1 } },
  }

  test.each(Object.keys(requests))('%s: the same answer with drafts and without', async (name) => {
    const request = requests[name]!
    const plain = await ask(loaded, undefined, request)
    const payoff = eager(7)
    expect(await ask(loaded, payoff, request)).toEqual(plain)
    if (name !== 'free') expect(payoff.tally.drafted).toBeGreaterThan(0)
  })

  test('most of a copy is written by drafts', async () => {
    const payoff = eager(7)
    const { output } = await ask(loaded, payoff, requests['copy']!)
    expect(payoff.tally.accepted).toBeGreaterThan(output * 0.5)
  })

  test('a seed, logprobs, and a model that is not to draft go without', async () => {
    const payoff = eager(7)
    const copy = requests['copy']!
    await ask(loaded, payoff, { ...copy, sampling: { seed: 1, repeatPenalty: 1 } })
    await ask(loaded, payoff, { ...copy, logprobs: { top: 1 } })
    expect(payoff.tally.steps).toBe(0)
  })

  test('an answer that is left in the middle of a copy leaves a cache that can be gone on with', async () => {
    const copy = requests['copy']!
    const plain = await ask(loaded, undefined, copy)
    const stop = new AbortController()
    const events = generate({ ...loaded, payoff: eager(7) }, copy, { signal: stop.signal, progress: false })
    let deltas = 0
    let last: string | undefined
    for await (const event of events) {
      if (event.type === 'text-delta' && ++deltas === 30) stop.abort()
      last = event.type
    }
    expect(last).toBe('abort')
    expect(await ask(loaded, undefined, copy)).toEqual(plain)
  })
})

// Rows of a Q4_K file differ in their last bits from four on, so two tokens that are equally likely could change places.
// In these answers none are.
test('qwen2.5-coder:1.5b edits a file the same way with drafts and without', { timeout: 300_000 }, async () => {
  await using loaded = await open('qwen2.5-coder:1.5b')
  const request = { ...user(`Rename sum to amount. Answer with the code only.\n${CODE}`), maxOutputTokens: 70 }
  const plain = await ask(loaded, undefined, request)
  for (const count of [3, 15]) {
    const payoff = eager(count)
    expect(await ask(loaded, payoff, request)).toEqual(plain)
    expect(payoff.tally.accepted).toBeGreaterThan(10)
  }
})
