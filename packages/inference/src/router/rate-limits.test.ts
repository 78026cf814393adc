import { createFakeClock } from '@rt/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRateLimits, createRoute } from './index.ts'
import { ask, lastOf, model, read, textOf } from './__fixtures__/models.ts'

// The package behind it reads Date and sets timers of its own: these are faked, the timers of nobody else are touched.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const ada = { principal: 'ada', model: 'a', tokens: 60 }

describe('createRateLimits', () => {
  it('counts requests per model and principal, and says when to come back', async () => {
    const limits = createRateLimits({ requestsPerMinute: 2 })
    await limits.take(ada)
    await limits.take(ada)
    vi.advanceTimersByTime(20_000)
    await expect(limits.take(ada)).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
      data: { limit: 2, used: 2, retryAfterMs: 40_000 },
    })
    await limits.take({ ...ada, principal: 'bob' })
    await limits.take({ ...ada, model: 'b' })
    vi.advanceTimersByTime(40_000)
    await limits.take(ada)
  })

  it('counts tokens by the estimate, then by what was used', async () => {
    const limits = createRateLimits({ tokensPerMinute: 100 })
    const ticket = await limits.take(ada)
    await expect(limits.take(ada)).rejects.toMatchObject({ data: { kind: 'tokens', used: 60, wanted: 60 } })
    await ticket.settle(30)
    await (await limits.take(ada)).settle(70)
    await expect(limits.take({ ...ada, tokens: 1 })).rejects.toMatchObject({ data: { used: 100 } })
  })

  it('counts nothing for what it refuses', async () => {
    const limits = createRateLimits({ requestsPerMinute: 2, tokensPerMinute: 100 })
    await limits.take(ada)
    for (let i = 0; i < 5; i++) await expect(limits.take(ada)).rejects.toMatchObject({ data: { kind: 'tokens' } })
    await limits.take({ ...ada, tokens: 40 })
  })

  it('says that a call can never fit', async () => {
    const limits = createRateLimits({ tokensPerMinute: 50 })
    await expect(limits.take(ada)).rejects.toMatchObject({ retryable: false })
  })

  it('gives nothing back to a later minute', async () => {
    const clock = createFakeClock()
    const limits = createRateLimits({ tokensPerMinute: 100, clock })
    const ticket = await limits.take(ada)
    vi.advanceTimersByTime(60_000)
    await clock.advance(60_000)
    await limits.take(ada)
    await ticket.settle(0)
    await expect(limits.take(ada)).rejects.toMatchObject({ data: { used: 60 } })
  })

  it('has limits of its own for one model', async () => {
    const limits = createRateLimits({ requestsPerMinute: 1, models: { b: {} } })
    for (let i = 0; i < 5; i++) await limits.take({ ...ada, model: 'b' })
    await limits.take(ada)
    await expect(limits.take(ada)).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('moves a route to the next leg, and rests no leg for it', async () => {
    const first = model('a', ['first'])
    const route = createRoute({
      id: 'chat',
      legs: [{ model: first }, { model: model('b', ['second']) }],
      limits: createRateLimits({ models: { a: { requestsPerMinute: 1 } } }),
      breaker: { failures: 1 },
    })
    expect(textOf(await read(route.stream(ask())))).toBe('first')
    expect(textOf(await read(route.stream(ask())))).toBe('second')
    vi.advanceTimersByTime(60_000)
    expect(textOf(await read(route.stream(ask())))).toBe('first')
    expect(lastOf(await read(route.stream(ask())))).toMatchObject({ type: 'finish' })
  })
})
