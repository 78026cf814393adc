import { collect, createMessage, inputTokens, type Message, type ModelRequest } from '@rt/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

const PIECE = 64

let engine: GgufEngine
let model: GgufModel

beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2({ contextTokens: 1024, sequences: 3 }))
  // The first two at the same time make all sequences share one context.
  await Promise.all([ask('Hello', { principal: somebody() }), ask('Hello', { principal: somebody() })])
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const SYSTEM = 'You are the guide of a small museum of clocks, and you answer in one friendly sentence. '.repeat(10)

const about = (question: string): Message[] => [createMessage('system', SYSTEM), createMessage('user', question)]
const ask = (question: string, request: Partial<ModelRequest> = {}) =>
  collect(model.stream({ messages: about(question), maxOutputTokens: 12, ...request }))
/** Somebody who never asked anything, so that nothing is cached for him. */
let people = 0
const somebody = (): string => `somebody-${people++}`
/** So many that two answers are the same by what was computed, not by chance. */
const seeded = (seed: number): Partial<ModelRequest> => ({ sampling: { temperature: 1.2, topK: 0, topP: 1, seed } })

test('two threads read the system prompt they share once, and each goes on', async () => {
  const principal = somebody()
  const first = await ask('When do you open?', { principal, cacheKey: 'first' })
  expect(first.usage.cacheRead).toBe(0)
  const second = await ask('What does a ticket cost?', { principal, cacheKey: 'second' })
  const system = await model.countTokens({ messages: [createMessage('system', SYSTEM)] })
  // All but the marks of the turn behind it.
  expect(second.usage.cacheRead).toBeGreaterThan(system - 10)
  expect(inputTokens(second.usage)).toBe(await model.countTokens({ messages: about('What does a ticket cost?') }))

  const messages = [...about('When do you open?'), ...first.messages, createMessage('user', 'Thank you!')]
  const more = await collect(model.stream({ messages, principal, cacheKey: 'first', maxOutputTokens: 2 }))
  expect(more.usage.cacheRead).toBeGreaterThanOrEqual(inputTokens(first.usage))
})

test('a copied prefix belongs to its principal', async () => {
  await ask('When do you open?', { principal: somebody(), cacheKey: 'first' })
  const other = await ask('When do you open?', { principal: somebody(), cacheKey: 'first' })
  expect(other.usage.cacheRead).toBe(0)
})

test('a seed repeats an answer on a copied prefix, of which whole pieces count', async () => {
  const question = 'Tell me about the oldest clock.'
  const cold = await ask(question, { principal: somebody(), ...seeded(11) })
  expect(cold.usage.cacheRead).toBe(0)
  const principal = somebody()
  await ask('When do you open?', { principal, cacheKey: 'first' })
  const copied = await ask(question, { principal, cacheKey: 'second', ...seeded(11) })
  expect(copied.usage.cacheRead).toBeGreaterThanOrEqual(2 * PIECE)
  expect(copied.usage.cacheRead % PIECE).toBe(0)
  expect(copied.text).toBe(cold.text)
})

test('a prefix may be copied from a thread that is being answered: both answers are those of a cold cache', async () => {
  const questions = ['Tell me a long story of a clock.', 'Tell me about the tower.']
  const cold = await Promise.all(
    questions.map((question, i) => ask(question, { principal: somebody(), maxOutputTokens: 24, ...seeded(i) })),
  )
  const principal = somebody()
  const stream = model.stream({
    messages: about(questions[0]!),
    principal,
    cacheKey: 'first',
    maxOutputTokens: 24,
    ...seeded(0),
  })
  let text = ''
  let beside: ReturnType<typeof ask> | undefined
  for await (const part of stream) {
    if (part.type !== 'text-delta') continue
    text += part.text
    beside ??= ask(questions[1]!, { principal, cacheKey: 'second', maxOutputTokens: 24, ...seeded(1) })
  }
  expect(text).toBe(cold[0]!.text)
  expect((await beside)?.text).toBe(cold[1]!.text)
})
