import { createFakeClock, createFakeTelemetry } from '@rt/core/testing'
import { emptyUsage, RtError, type ErrorCode, type LanguageModel, type StreamPart } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createRoute, type RouteOptions, describeRoute } from './index.ts'
import { ask, fail, lastOf, model, read, REMOTE, settleAll, silentModel, textOf } from './__fixtures__/models.ts'

const setUp = (options: Partial<RouteOptions> & Pick<RouteOptions, 'legs'>) => {
  const clock = createFakeClock()
  const telemetry = createFakeTelemetry()
  const span = telemetry.span('chat')
  const route = createRoute({ id: 'chat', clock, random: () => 1, ...options })
  return { clock, span, route, record: telemetry.roots[0]! }
}

/** Advances the clock whenever everybody sleeps, until the promise settles; gives what was slept. */
const finish = async <T>(clock: ReturnType<typeof createFakeClock>, promise: Promise<T>): Promise<T> => {
  let done = false
  const watched = promise.finally(() => (done = true))
  watched.catch(() => {})
  for (let i = 0; i < 400 && !done; i++) {
    await settleAll()
    if (!done && clock.sleeping) await clock.advance(100)
  }
  return watched
}

describe('createRoute', () => {
  it('asks the first leg and no other', async () => {
    const [first, second] = [model('a', ['one two']), model('b', ['no'])]
    const { route } = setUp({ legs: [{ model: first }, { model: second }] })
    const parts = await read(route.stream(ask()))
    expect(textOf(parts)).toBe('one two')
    expect(lastOf(parts)).toMatchObject({ type: 'finish', finishReason: 'stop', usage: { input: 1, output: 2 } })
    expect(second.requests).toHaveLength(0)
  })

  it.each([
    ['finish', 'one'],
    ['error', fail('invalid_request')],
  ] as const)('lets a leg end behind its %s', async (_, answer) => {
    const inner = model('a', [answer])
    let ended = false
    const leg: LanguageModel = {
      ...inner,
      async *stream(request, options) {
        try {
          yield* inner.stream(request, options)
        } finally {
          ended = true
        }
      },
    }
    await read(setUp({ legs: [{ model: leg }] }).route.stream(ask()))
    expect(ended).toBe(true)
  })

  it.each<ErrorCode>(['rate_limited', 'overloaded', 'network', 'timeout', 'provider_error', 'engine_crashed'])(
    'retries the same leg after %s with exponential backoff',
    async (code) => {
      const leg = model('a', [fail(code), fail(code), 'third'])
      const { route, clock } = setUp({ legs: [{ model: leg }] })
      const parts = await finish(clock, read(route.stream(ask())))
      expect(textOf(parts)).toBe('third')
      expect(leg.requests).toHaveLength(3)
      expect(parts.filter(({ type }) => type === 'start')).toHaveLength(1)
      expect(clock.monotonic()).toBe(500 + 1000)
    },
  )

  it('goes to the next leg when the retries are used up, and tells it in one line', async () => {
    const first = model('qwen3:1.7b', [fail('overloaded')])
    const second = model('anthropic/claude', [fail('rate_limited', { retryAfterMs: 2000 }), 'yes'], REMOTE)
    const { route, clock, span, record } = setUp({
      legs: [{ model: first }, { model: second }],
      retry: { attempts: 2 },
    })
    const parts = await finish(clock, read(route.stream(ask(), { span })))
    expect(textOf(parts)).toBe('yes')
    expect(describeRoute(record.attributes)).toBe(
      'route qwen3:1.7b retry 1 after busy (busy) -> anthropic/claude retry 1 after 429',
    )
    expect(record.attributes).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude',
      'rt.local': false,
    })
    expect(record.children.map(({ name, error }) => [name, (error as RtError | undefined)?.code])).toEqual([
      ['route qwen3:1.7b', 'overloaded'],
      ['route qwen3:1.7b', 'overloaded'],
      ['route anthropic/claude', 'rate_limited'],
      ['route anthropic/claude', undefined],
    ])
    // 500 for the first leg, 2,000 asked and 500 of jitter for the second.
    expect(clock.monotonic()).toBe(3000)
  })

  it('leaves a leg at once that asks for more patience than the cap', async () => {
    const first = model('a', [fail('rate_limited', { retryAfterMs: 20_000 })])
    const { route, clock } = setUp({ legs: [{ model: first }, { model: model('b', ['yes']) }] })
    expect(textOf(await read(route.stream(ask())))).toBe('yes')
    expect(clock.monotonic()).toBe(0)
  })

  it('begins no retry after the deadline', async () => {
    const leg = model('a', [fail('network')])
    const { route, clock } = setUp({ legs: [{ model: leg }], retry: { attempts: 100, deadlineMs: 4000 } })
    const parts = await finish(clock, read(route.stream(ask())))
    expect(lastOf(parts)).toMatchObject({ type: 'error', error: { code: 'network' } })
    // At 0, 500, 1,500, 3,500; the next would be at 7,500.
    expect(leg.requests).toHaveLength(4)
  })

  it.each<ErrorCode>(['unauthorized', 'model_unavailable', 'budget_exceeded', 'internal'])(
    'goes to the next leg at once after %s',
    async (code) => {
      const first = model('a', [fail(code)])
      const { route } = setUp({ legs: [{ model: first }, { model: model('b', ['yes']) }] })
      expect(textOf(await read(route.stream(ask())))).toBe('yes')
      expect(first.requests).toHaveLength(1)
    },
  )

  it.each<ErrorCode>(['unauthorized', 'model_not_found'])(
    'warns behind the start when another answers after %s: no later call mends that',
    async (code) => {
      const { route } = setUp({ legs: [{ model: model('a', [fail(code)]) }, { model: model('b', ['yes']) }] })
      const [start, warning] = await read(route.stream(ask()))
      expect(start).toMatchObject({ type: 'start' })
      expect(warning).toMatchObject({ type: 'warning', id: 'route-fallback' })
      expect((warning as { message: string }).message).toMatch(/^b answered instead of a: /)
    },
  )

  it('does not warn of what passes', async () => {
    const legs = [{ model: model('a', [fail('overloaded')]) }, { model: model('b', ['yes']) }]
    const { route } = setUp({ legs, retry: { attempts: 1 } })
    const parts = await read(route.stream(ask()))
    expect(parts.filter(({ type }) => type === 'warning')).toEqual([])
  })

  it('asks nobody else when the request itself is wrong', async () => {
    const second = model('b', ['no'])
    const { route } = setUp({ legs: [{ model: model('a', [fail('invalid_request')]) }, { model: second }] })
    expect(await read(route.stream(ask()))).toMatchObject([{ type: 'error', error: { code: 'invalid_request' } }])
    expect(second.requests).toHaveLength(0)
  })

  it('asks only legs with a larger window after context_overflow', async () => {
    const same = model('b', ['no'], { contextTokens: 1000 })
    const larger = model('c', ['yes'], { contextTokens: 2000 })
    const first = model('a', [fail('context_overflow')], { contextTokens: 1000 })
    const { route } = setUp({ legs: [{ model: first }, { model: same }, { model: larger }] })
    expect(textOf(await read(route.stream(ask())))).toBe('yes')
    expect(same.requests).toHaveLength(0)
  })

  it('says of every leg why none could answer, and when to come back', async () => {
    const { route, clock } = setUp({
      legs: [
        { model: model('a', [fail('unauthorized')]) },
        { model: model('b', [fail('rate_limited', { retryAfterMs: 90_000 })]) },
      ],
    })
    const part = lastOf(await finish(clock, read(route.stream(ask()))))
    expect(part).toMatchObject({
      type: 'error',
      error: {
        code: 'rate_limited',
        retryable: true,
        data: { retryAfterMs: 90_000, legs: [{ leg: 'a' }, { leg: 'b' }] },
      },
    })
    expect(part.type === 'error' && part.error.message).toContain('a: it failed with unauthorized.')
  })

  it('takes a model that throws, and one that just ends, as failures', async () => {
    const throwing = {
      ...model('a', []),
      stream: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new RtError({ code: 'unauthorized', message: 'no' })),
        }),
      }),
    }
    const empty = model('b', [{ parts: [] }])
    const { route, clock } = setUp({ legs: [{ model: throwing }, { model: empty }, { model: model('c', ['yes']) }] })
    expect(textOf(await finish(clock, read(route.stream(ask()))))).toBe('yes')
    expect(empty.requests).toHaveLength(3)
  })

  it('gives up a leg that stays silent', async () => {
    const silent = silentModel('a')
    const { route, clock } = setUp({
      legs: [{ model: silent }, { model: model('b', ['yes']) }],
      firstPartMs: 1000,
      retry: { attempts: 1 },
    })
    expect(textOf(await finish(clock, read(route.stream(ask()))))).toBe('yes')
    expect(silent.state.aborted).toBe(1)
  })

  it('does not wait for a leg that loads for too long, either', async () => {
    const loading = { id: 'a', capabilities: model('a', []).capabilities, model: () => new Promise<never>(() => {}) }
    const { route, clock } = setUp({
      legs: [loading, { model: model('b', ['yes']) }],
      firstPartMs: 1000,
      retry: { attempts: 1 },
    })
    expect(textOf(await finish(clock, read(route.stream(ask()))))).toBe('yes')
    expect(clock.monotonic()).toBe(1000)
  })

  it('says abort, whatever a model makes of it', async () => {
    const caller = new AbortController()
    const failing = {
      ...model('a', []),
      async *stream(): AsyncGenerator<StreamPart> {
        yield { type: 'text-delta', text: 'Once' }
        caller.abort()
        yield { type: 'error', error: new RtError({ code: 'network', message: 'cut' }).toJSON() }
      },
    }
    const { route } = setUp({ legs: [{ model: failing }] })
    expect(lastOf(await read(route.stream(ask(), { signal: caller.signal })))).toMatchObject({ type: 'abort' })
  })

  it('ends at once when the caller gives up, waiting or not', async () => {
    const waiting = setUp({ legs: [{ model: model('a', [fail('network')]) }] })
    const silent = setUp({ legs: [{ model: silentModel('b') }] })
    for (const { route } of [waiting, silent]) {
      const controller = new AbortController()
      const reading = read(route.stream(ask(), { signal: controller.signal }))
      await settleAll()
      controller.abort()
      expect(lastOf(await reading)).toMatchObject({ type: 'abort' })
    }
    expect(waiting.clock.sleeping).toBe(0)
  })

  it('makes a lazy leg when it is first needed, and again when that failed', async () => {
    let made = 0
    const lazy = {
      id: 'b',
      capabilities: model('b', []).capabilities,
      model: async () => {
        if (++made === 1) throw new RtError({ code: 'model_unavailable', message: 'not there' })
        return model('b', ['yes'])
      },
    }
    const { route } = setUp({ legs: [{ model: model('a', [fail('unauthorized')]) }, lazy] })
    expect(made).toBe(0)
    expect(lastOf(await read(route.stream(ask())))).toMatchObject({ type: 'error' })
    expect(textOf(await read(route.stream(ask())))).toBe('yes')
    expect(textOf(await read(route.stream(ask())))).toBe('yes')
    expect(made).toBe(2)
  })
})

describe('breaker', () => {
  it('opens after failures in a row, lets one call try, and closes when that answers', async () => {
    let ill = true
    const leg = { ...model('a', []), stream: (...args: Parameters<typeof first.stream>) => first.stream(...args) }
    const first = model('a', [])
    const source = { asked: 0 }
    leg.stream = async function* () {
      source.asked++
      if (ill) return yield { type: 'error', error: new RtError({ code: 'provider_error', message: 'ill' }).toJSON() }
      yield { type: 'text-delta', text: 'well' }
      yield {
        type: 'finish',
        finishReason: 'stop',
        usage: { input: 0, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
      }
    }
    const { route, clock } = setUp({
      legs: [{ model: leg }, { model: model('b', ['other']) }],
      retry: { attempts: 1 },
      breaker: { failures: 2, openMs: 1000 },
    })
    const text = async () => textOf(await read(route.stream(ask())))
    expect([await text(), await text(), await text()]).toEqual(['other', 'other', 'other'])
    expect(source.asked).toBe(2)
    await clock.advance(1000)
    expect(await text()).toBe('other')
    expect(source.asked).toBe(3)
    // It failed again: the rest is twice as long.
    await clock.advance(1000)
    expect(await text()).toBe('other')
    expect(source.asked).toBe(3)
    ill = false
    await clock.advance(1000)
    expect(await Promise.all([text(), text()])).toEqual(['well', 'other'])
    expect(await text()).toBe('well')
  })

  it('lets others in as soon as the call that tries begins to answer', async () => {
    let ill = true
    let end = (): void => {}
    const leg = {
      ...model('a', []),
      async *stream(): AsyncGenerator<StreamPart> {
        if (ill) return yield { type: 'error', error: new RtError({ code: 'network', message: 'ill' }).toJSON() }
        yield { type: 'text-delta', text: 'well' }
        await new Promise<void>((resolve) => (end = resolve))
        yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
      },
    }
    const { route, clock } = setUp({
      legs: [{ model: leg }, { model: model('b', ['other']) }],
      retry: { attempts: 1 },
      breaker: { failures: 1, openMs: 1000 },
    })
    const text = async () => textOf(await read(route.stream(ask())))
    expect(await text()).toBe('other')
    await clock.advance(1000)
    ill = false
    const trying = text()
    await settleAll()
    const endFirst = end
    const second = text()
    await settleAll()
    end()
    endFirst()
    expect(await Promise.all([trying, second])).toEqual(['well', 'well'])
  })

  it('opens at the first failure after it was let in, though it had begun to answer', async () => {
    const leg = model('a', [fail('network'), fail('network'), fail('network', undefined, 'half'), 'well'])
    const { route, clock } = setUp({
      legs: [{ model: leg }, { model: model('b', ['other']) }],
      retry: { attempts: 1 },
      breaker: { failures: 2, openMs: 1000 },
    })
    const text = async () => textOf(await read(route.stream(ask())))
    expect([await text(), await text()]).toEqual(['other', 'other'])
    await clock.advance(1000)
    expect([await text(), await text()]).toEqual(['half', 'other'])
    await clock.advance(1000)
    expect(await text()).toBe('well')
  })

  it('leaves a leg alone for as long as it asked, when nobody waits for that', async () => {
    const leg = model('a', [fail('rate_limited', { retryAfterMs: 20_000 }), 'again'])
    const { route, clock } = setUp({ legs: [{ model: leg }, { model: model('b', ['other']) }] })
    const text = async () => textOf(await read(route.stream(ask())))
    expect([await text(), await text()]).toEqual(['other', 'other'])
    expect(leg.requests).toHaveLength(1)
    await clock.advance(20_000)
    expect(await text()).toBe('again')
  })

  it('says of a leg that is left alone why, and to slow down where that was the reason', async () => {
    for (const [failure, code] of [
      [fail('rate_limited', { retryAfterMs: 20_000 }), 'rate_limited'],
      [fail('network'), 'overloaded'],
    ] as const) {
      const { route } = setUp({
        legs: [{ model: model('a', [failure]) }],
        retry: { attempts: 1 },
        breaker: { failures: 1 },
      })
      const first = lastOf(await read(route.stream(ask())))
      expect(lastOf(await read(route.stream(ask())))).toMatchObject({
        type: 'error',
        error: {
          code,
          message: expect.stringMatching(/^a is left alone for now, because it failed \((rate_limited|network)\): ./),
          data: { breaker: 'open', retryAfterMs: expect.any(Number) },
        },
      })
      expect(first).toMatchObject({ type: 'error' })
    }
  })

  it('does not open for wrong requests', async () => {
    const leg = model('a', [fail('invalid_request'), fail('invalid_request'), 'yes'])
    const { route } = setUp({ legs: [{ model: leg }], breaker: { failures: 1 } })
    await read(route.stream(ask()))
    await read(route.stream(ask()))
    expect(textOf(await read(route.stream(ask())))).toBe('yes')
  })
})

describe('hedging', () => {
  it('starts the next leg after a while, and aborts the loser', async () => {
    const slow = silentModel('a')
    const { route, clock, span, record } = setUp({
      legs: [{ model: slow }, { model: model('b', ['fast']) }],
      hedgeAfterMs: 300,
    })
    const reading = read(route.stream(ask(), { span }))
    await settleAll()
    expect(slow.state).toEqual({ asked: 1, aborted: 0 })
    await clock.advance(300)
    expect(textOf(await reading)).toBe('fast')
    await settleAll()
    expect(slow.state.aborted).toBe(1)
    expect(describeRoute(record.attributes)).toMatch(/a \(slower\).*hedged$/)
  })

  it('starts nothing when the first leg was quick enough, and leaves no timer', async () => {
    const second = model('b', ['no'])
    const { route, clock } = setUp({ legs: [{ model: model('a', ['yes']) }, { model: second }], hedgeAfterMs: 300 })
    expect(textOf(await read(route.stream(ask())))).toBe('yes')
    expect(clock.sleeping).toBe(0)
    await clock.advance(1000)
    expect(second.requests).toHaveLength(0)
  })

  it('takes the hedge when the first leg fails meanwhile', async () => {
    const first = model('a', [fail('network')])
    const { route, clock } = setUp({ legs: [{ model: first }, { model: model('b', ['fast']) }], hedgeAfterMs: 300 })
    const reading = read(route.stream(ask()))
    await settleAll()
    await clock.advance(300)
    expect(textOf(await reading)).toBe('fast')
    expect(first.requests).toHaveLength(1)
    expect(clock.sleeping).toBe(0)
  })
})
