import { createMessage, emptyUsage, type StreamPart } from '@rt/core'
import { createFakeClock } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { type BudgetLimit, createBudget, createMemoryKeyValue, createRoute } from './index.ts'
import { ask, fail, lastOf, model, read, REMOTE, settleAll, silentModel, textOf } from './__fixtures__/models.ts'

const setUp = (...limits: BudgetLimit[]) => {
  const clock = createFakeClock()
  const store = createMemoryKeyValue({ clock })
  return { clock, store, budget: createBudget({ limits, store, clock }) }
}
const call = { principal: 'ada', thread: 't1', model: 'cloud/x', tokens: 60, usd: 0.06 }
const used = (output: number) => ({ ...emptyUsage(), output })

describe('createBudget', () => {
  it('refuses what would go over, with the numbers, and books nothing for it', async () => {
    const { budget } = setUp({ per: 'key', usd: 0.1, tokens: 1000 })
    const first = await budget.reserve(call)
    await expect(budget.reserve(call)).rejects.toMatchObject({
      code: 'budget_exceeded',
      data: { per: 'key', every: 'day', unit: 'usd', limit: 0.1, spent: 0.06, wanted: 0.06 },
      message:
        "the budget of 'ada' is $0.1 a day, $0.06 of it are spent or set aside, and a call of 'cloud/x' takes up to $0.06.",
    })
    await first.release()
    await (await budget.reserve(call)).release()
  })

  it('books what was really used', async () => {
    const { budget } = setUp({ per: 'all', tokens: 100 })
    await (await budget.reserve(call)).settle(used(10), 0.01)
    await (await budget.reserve(call)).settle(used(90), 0.09)
    await expect(budget.reserve({ ...call, tokens: 1 })).rejects.toMatchObject({ data: { spent: 100, wanted: 1 } })
  })

  it('never lets calls at the same time go over together', async () => {
    const { budget } = setUp({ per: 'all', tokens: 130 })
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => budget.reserve(call)))
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(2)
  })

  it('keeps keys, threads and days apart', async () => {
    const { budget, clock } = setUp({ per: 'key', tokens: 130 }, { per: 'thread', every: 'ever', tokens: 70 })
    await budget.reserve(call)
    await expect(budget.reserve(call)).rejects.toMatchObject({ data: { per: 'thread', every: 'ever' } })
    await budget.reserve({ ...call, thread: 't2' })
    await expect(budget.reserve({ ...call, thread: 't3' })).rejects.toMatchObject({ data: { per: 'key' } })
    await budget.reserve({ ...call, principal: 'bob' })
    await clock.advance(86_400_000)
    await budget.reserve({ ...call, thread: 't3' })
    await expect(budget.reserve(call)).rejects.toMatchObject({ data: { per: 'thread' } })
  })

  it('counts a call without a price in tokens only', async () => {
    const { budget } = setUp({ per: 'all', usd: 0, tokens: 100 })
    await budget.reserve({ ...call, usd: null })
    await expect(budget.reserve({ ...call, usd: null })).rejects.toMatchObject({ data: { unit: 'tokens' } })
  })

  it('refuses a limit that limits nothing', () => {
    expect(() => setUp({ per: 'all' })).toThrow('no limit')
    expect(() => setUp({ per: 'all', usd: Number.NaN })).toThrow('no limit')
  })
})

describe('a route with a budget', () => {
  const price = ({ local, usage }: { local: boolean; usage: { input: number; output: number } }) =>
    local ? 0 : (usage.input + usage.output) / 100

  it('sets aside prompt and answer before the call, and settles after it', async () => {
    const { budget } = setUp({ per: 'all', usd: 1, tokens: 1000 })
    const route = createRoute({
      id: 'chat',
      legs: [{ model: model('cloud/x', ['one two three'], REMOTE) }],
      budget,
      price,
    })
    for (let i = 0; i < 5; i++)
      expect(lastOf(await read(route.stream(ask('Hello', { maxOutputTokens: 50 }))))).toMatchObject({ type: 'finish' })
    // 5 calls of 4 tokens; the next may take 101.
    expect(lastOf(await read(route.stream(ask('Hello', { maxOutputTokens: 100 }))))).toMatchObject({
      error: { code: 'budget_exceeded', data: { limit: 1, spent: 0.2, wanted: 1.01 } },
    })
  })

  it('goes on to a leg of this machine when money is spent', async () => {
    const { budget } = setUp({ per: 'all', usd: 0.1 })
    const remote = model('cloud/x', ['no'], REMOTE)
    const route = createRoute({
      id: 'chat',
      legs: [{ model: remote }, { model: model('here', ['yes']) }],
      budget,
      price,
    })
    expect(textOf(await read(route.stream(ask('Hello', { maxOutputTokens: 50 }))))).toBe('yes')
    expect(remote.requests).toHaveLength(0)
  })

  it('warns where no price is known', async () => {
    const { budget } = setUp({ per: 'all', usd: 1 })
    const route = createRoute({ id: 'chat', legs: [{ model: model('cloud/x', ['yes'], REMOTE) }], budget })
    expect(await read(route.stream(ask()))).toContainEqual(
      expect.objectContaining({ type: 'warning', id: 'budget-unpriced' }),
    )
  })

  it('gives back what a failed call had set aside, and books what a broken answer took', async () => {
    const { budget } = setUp({ per: 'thread', tokens: 60 })
    const answers = [fail('unauthorized'), fail('unauthorized'), fail('unauthorized', undefined, 'x'.repeat(40))]
    const route = createRoute({ id: 'chat', legs: [{ model: model('a', answers) }], budget })
    const request = { messages: [createMessage('user', 'Hello')], maxOutputTokens: 50, cacheKey: 't' }
    for (let i = 0; i < 3; i++)
      expect(lastOf(await read(route.stream(request)))).toMatchObject({ error: { code: 'unauthorized' } })
    // One token of prompt and ten of an answer nobody counted.
    expect(lastOf(await read(route.stream(request)))).toMatchObject({
      error: { code: 'budget_exceeded', data: { spent: 11 } },
    })
  })

  it('says so behind the start, with which a stream begins', async () => {
    const { budget } = setUp({ per: 'all', usd: 1 })
    const route = createRoute({ id: 'chat', legs: [{ model: model('cloud/x', ['yes'], REMOTE) }], budget })
    const parts = await read(route.stream(ask()))
    expect(parts.slice(0, 3).map(({ type }) => type)).toEqual(['start', 'warning', 'text-delta'])
  })

  it('books an estimate where an API tells no usage', async () => {
    const { budget } = setUp({ per: 'all', tokens: 100 })
    const untold = {
      parts: [
        { type: 'text-delta' as const, text: 'x'.repeat(40) },
        { type: 'finish' as const, finishReason: 'stop' as const, usage: emptyUsage() },
      ],
    }
    const route = createRoute({ id: 'chat', legs: [{ model: model('a', [untold]) }], budget })
    await read(route.stream(ask('Hello', { maxOutputTokens: 50 })))
    await expect(budget.reserve({ ...call, tokens: 100 })).rejects.toMatchObject({ data: { spent: 11 } })
  })

  it('books the prompt of a call that was lost to a hedge', async () => {
    const { budget, clock } = setUp({ per: 'all', tokens: 200 })
    const slow = {
      ...silentModel('cloud/slow'),
      capabilities: model('', [], REMOTE).capabilities,
      countTokens: async () => 7,
    }
    const route = createRoute({
      id: 'chat',
      legs: [{ model: slow }, { model: model('b', ['fast']) }],
      budget,
      clock,
      hedgeAfterMs: 300,
    })
    const reading = read(route.stream(ask('Hello', { maxOutputTokens: 50 })))
    await settleAll()
    await clock.advance(300)
    expect(textOf(await reading)).toBe('fast')
    await settleAll()
    // 7 of the loser's prompt, 2 of the answer.
    await expect(budget.reserve({ ...call, tokens: 200 })).rejects.toMatchObject({ data: { spent: 9 } })
  })

  it.each([
    [REMOTE, 17],
    [{ local: true }, 8],
  ])('books what was written of an answer whose API counts it only at its end (%o)', async (capabilities, spent) => {
    const { budget } = setUp({ per: 'all', tokens: 100 })
    const begun: StreamPart[] = [
      { type: 'usage', usage: { ...emptyUsage(), input: 7, output: 1 } },
      { type: 'text-delta', text: 'x'.repeat(40) },
    ]
    const parts: StreamPart[] = [...begun, { type: 'text-delta', text: 'never read' }]
    const route = createRoute({ id: 'chat', legs: [{ model: model('cloud/x', [{ parts }], capabilities) }], budget })
    for await (const part of route.stream(ask('Hello', { maxOutputTokens: 50 }))) if (part.type === 'text-delta') break
    await expect(budget.reserve({ ...call, tokens: 100 })).rejects.toMatchObject({ data: { spent } })
  })

  it('books what was written when the reader leaves', async () => {
    const { budget } = setUp({ per: 'all', tokens: 60 })
    const route = createRoute({ id: 'chat', legs: [{ model: model('a', ['one two three four']) }], budget })
    for await (const part of route.stream(ask('Hello', { maxOutputTokens: 50 }))) if (part.type === 'text-delta') break
    const rest = await budget.reserve({ ...call, tokens: 58 })
    await rest.release()
    await expect(budget.reserve({ ...call, tokens: 60 })).rejects.toMatchObject({ code: 'budget_exceeded' })
  })
})
