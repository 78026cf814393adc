import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoTenants, type TwoTenants } from './__fixtures__/two-tenants.ts'

// Row 31 of the faults: two keys of one server. How long answers take is in tenants.long.test.ts.
let tenants: TwoTenants
beforeAll(async () => {
  tenants = await openTwoTenants('smollm2:135m')
})
afterAll(() => tenants?.[Symbol.asyncDispose]())

const SECRET = 'The password of the safe is swordfish-4711, and it lies behind the third clock of the museum. '.repeat(
  6,
)

test('what one sent before is cached for him alone', async () => {
  const { ada, eve } = tenants
  expect((await ada.ask(`${SECRET}Where is it?`)).cachedTokens).toBe(0)
  expect((await ada.ask(`${SECRET}Where is it?`)).cachedTokens).toBeGreaterThan(64)
  const guessed = await eve.ask(`${SECRET}Where is it?`)
  expect(guessed.cachedTokens).toBe(0)
  // Nor after the same words became hers.
  expect((await eve.ask(`${SECRET}Where is it?`)).cachedTokens).toBeGreaterThan(64)
  expect((await ada.ask(`${SECRET}Who knows it?`)).cachedTokens).toBeGreaterThan(64)
})

test('a thread of the same name is another one', async () => {
  const { ada, eve } = tenants
  const alone = await eve.ask('What did I tell you?', { thread: 'eve-alone' })
  const first = await ada.ask(`Remember this. ${SECRET}`, { thread: 'plans' })
  const more = await ada.ask('What did I tell you?', { thread: 'plans' })
  expect(more.promptTokens).toBeGreaterThan(first.promptTokens)
  const guessed = await eve.ask('What did I tell you?', { thread: 'plans' })
  expect([guessed.promptTokens, guessed.cachedTokens > alone.promptTokens]).toEqual([alone.promptTokens, false])
  expect(guessed.text).toBe(alone.text)
})

test('the place of an answer that was left gives nothing away to who comes next', async () => {
  const { ada, eve } = tenants
  const question = `${SECRET}Tell me a story about it.`
  const options = { maxTokens: 24, seed: 31 }
  const before = await eve.ask(question, options)
  for (let round = 0; round < 6; round++) await ada.leave(`${SECRET}Story ${round}: `, { thread: `left-${round}` })
  await tenants.idle()
  const after = await eve.ask(question, options)
  // What she had cached she may find again, or not: never what is Ada's.
  expect(after.cachedTokens).toBeLessThanOrEqual(before.promptTokens)
  expect(after.text).toBe(before.text)
  const own = await ada.ask(`${SECRET}Story 1: `)
  const other = await eve.ask(`${SECRET}Story 1: `)
  expect(own.promptTokens).toBe(other.promptTokens)
})

test('of many who leave at the same time none leaves tokens to another', async () => {
  const { ada, eve } = tenants
  const unseen = (n: number): string => `Box ${n} is hers alone: ${`a key, a map, a letter ${n}, `.repeat(20)}`
  const numbers = [1, 2, 3, 4, 5, 6]
  await Promise.all(numbers.map((n) => ada.leave(unseen(n))))
  await tenants.idle()
  for (const n of numbers) {
    const guess = await eve.ask(unseen(n), { maxTokens: 1 })
    // The beginning, which her own prompts share with it.
    expect(guess.cachedTokens).toBeLessThan(guess.promptTokens / 3)
  }
})

test('ids of answers and requests have 128 random bits', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => tenants.ada.ask('Hi', { maxTokens: 1 })))
  for (const { id, requestId } of answers) {
    expect(id).toMatch(/^chatcmpl-[0-9a-f]{32}$/)
    expect(requestId).toMatch(/^req_[0-9a-f]{32}$/)
  }
  expect(new Set(answers.flatMap(({ id, requestId }) => [id, requestId])).size).toBe(6)
})
