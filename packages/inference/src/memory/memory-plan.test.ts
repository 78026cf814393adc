import { createFakeClock } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryPlan, type MemoryPlanOptions } from './create-memory-plan.ts'
import type { KeepOptions, Kept } from './kept.ts'

const MB = 1_000_000

interface Model extends AsyncDisposable {
  name: string
}

/** A plan with models that only say when they come and go. */
const setUp = (options: Partial<MemoryPlanOptions> = {}) => {
  const clock = createFakeClock()
  const plan = createMemoryPlan({ budgetBytes: 1000 * MB, waitMs: 30_000, clock, ...options })
  const events: string[] = []
  const keep = (name: string, bytes: number, more: Partial<KeepOptions<Model>> = {}): Kept<Model> =>
    plan.keep<Model>({
      id: name,
      estimate: async () => ({
        weightsBytes: bytes - 20 * MB,
        kvBytes: { least: 10 * MB, most: 10 * MB },
        otherBytes: 10 * MB,
      }),
      async load() {
        events.push(`+${name}`)
        return { name, [Symbol.asyncDispose]: async () => void events.push(`-${name}`) }
      },
      ...more,
    })
  return { clock, plan, events, keep }
}

/** Everything that can run without time passing has run. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

const touch = async (kept: Kept<Model>): Promise<void> => {
  using _lease = await kept.use()
}

it.each([
  ['budgetBytes', Number.NaN],
  ['budgetBytes', -1],
  ['waitMs', -1],
  ['maxWaiting', Number.NaN],
])('%s of %d is refused: it would hold nothing back', (field, value) => {
  expect(() => createMemoryPlan({ budgetBytes: 1, [field]: value })).toThrow(
    expect.objectContaining({ code: 'invalid_request', data: { field } }),
  )
})

describe('room', () => {
  it('loads once for all who ask at the same time, and takes its place of the budget', async () => {
    const { plan, events, keep } = setUp()
    const a = keep('a', 400 * MB)
    expect(a.state()).toBeUndefined()
    const leases = await Promise.all([a.use(), a.use(), a.use()])
    expect(events).toEqual(['+a'])
    expect(leases.every(({ model }) => model === a.peek())).toBe(true)
    expect(plan.state()).toMatchObject({ budgetBytes: 1000 * MB, usedBytes: 400 * MB, waiting: 0 })
  })

  it('sends away the idle model that was used longest ago, and as few as it takes', async () => {
    const { clock, events, keep } = setUp()
    const [a, b, c] = [keep('a', 300 * MB), keep('b', 300 * MB), keep('c', 300 * MB)]
    for (const model of [a, b, c]) {
      await touch(model)
      await clock.advance(1000)
    }
    await touch(a)
    await touch(keep('d', 350 * MB))
    expect(events).toEqual(['+a', '+b', '+c', '-b', '+d'])
    expect(b.state()).toBeUndefined()
  })

  it('never sends away a model that is in use: the next waits until it is idle', async () => {
    const { events, keep, plan } = setUp()
    const [a, b] = [keep('a', 700 * MB), keep('b', 700 * MB)]
    const lease = await a.use()
    const waiting = b.use()
    await settle()
    expect([events, plan.state().waiting]).toEqual([['+a'], 1])
    lease[Symbol.dispose]()
    expect((await waiting).model.name).toBe('b')
    expect(events).toEqual(['+a', '-a', '+b'])
  })

  it('does not wait for one that is to be freed but still answers, while another is idle', async () => {
    const { events, keep } = setUp()
    const [a, b, c] = [keep('a', 600 * MB), keep('b', 400 * MB), keep('c', 400 * MB)]
    const lease = await a.use()
    const unloading = a.unload()
    await touch(b)
    expect((await c.use()).model.name).toBe('c')
    expect(events).toEqual(['+a', '+b', '-b', '+c'])
    lease[Symbol.dispose]()
    expect(await unloading).toBe(true)
    expect(events.at(-1)).toBe('-a')
  })

  it('never sends away a pinned one', async () => {
    const { events, keep } = setUp()
    await touch(keep('a', 600 * MB, { pinned: true }))
    await expect(touch(keep('b', 500 * MB))).rejects.toMatchObject({
      code: 'model_unavailable',
      retryable: false,
      message:
        'the model "b" needs 500 MB of memory (weights 480 MB, KV cache 10 MB, other 10 MB), and models may take 1.0 GB together, less what is held by "a" (600 MB, pinned).',
      hint: expect.stringContaining('Unpin a model'),
    })
    expect(events).toEqual(['+a'])
  })

  it('lets a small one pass one that waits for much', async () => {
    const { keep } = setUp()
    const lease = await keep('a', 700 * MB).use()
    const big = keep('big', 900 * MB).use()
    await settle()
    await touch(keep('small', 200 * MB))
    lease[Symbol.dispose]()
    expect((await big).model.name).toBe('big')
  })

  it('refuses with the numbers when nobody left in time', async () => {
    const { clock, keep, plan } = setUp()
    plan.reserve('gguf engine', 100 * MB)
    const lease = await keep('a', 700 * MB).use()
    const refused = expect(keep('b', 300 * MB).use()).rejects.toMatchObject({
      code: 'overloaded',
      message:
        'there was no room for the model "b" within 30 s: it needs 300 MB of memory (weights 280 MB, KV cache 10 MB, other 10 MB), and of the 1.0 GB for models 800 MB are taken, held by "a" (700 MB, in use), the engines\' processes (100 MB).',
      data: { needsBytes: 300 * MB, budgetBytes: 1000 * MB, usedBytes: 800 * MB, retryAfterMs: 30_000 },
    })
    await settle()
    await clock.advance(30_000)
    await refused
    expect(plan.state().waiting).toBe(0)
    lease[Symbol.dispose]()
  })

  it('lets so many wait and no more', async () => {
    const { keep } = setUp({ maxWaiting: 1 })
    using _lease = await keep('a', 900 * MB).use()
    keep('b', 500 * MB)
      .use()
      .catch(() => {})
    await settle()
    await expect(keep('c', 500 * MB).use()).rejects.toMatchObject({ code: 'overloaded', data: { waiting: 1 } })
  })

  it('refuses at once what can never fit, before anything is loaded', async () => {
    const { events, keep } = setUp()
    await expect(keep('a', 1001 * MB).use()).rejects.toMatchObject({ code: 'model_unavailable', retryable: false })
    expect(events).toEqual([])
  })

  it('says how long a context may be where only that is too much', async () => {
    const { keep } = setUp()
    const long = keep('a', 0, {
      estimate: async () => ({
        weightsBytes: 400 * MB,
        kvBytes: { least: 4000 * MB, most: 16_000 * MB },
        otherBytes: 100 * MB,
        contextTokens: 65_536,
      }),
    })
    await expect(long.use()).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('contextTokens is 65536'),
      hint: expect.stringContaining('at most 8192 tokens'),
      data: { field: 'contextTokens', kvBytes: 4000 * MB },
    })
  })

  it('gives caches a third of what is left, and at least one conversation', async () => {
    const { keep, plan } = setUp()
    const granted: number[] = []
    const need = (most: number): Partial<KeepOptions<Model>> => ({
      estimate: async () => ({
        weightsBytes: 300 * MB,
        kvBytes: { least: 100 * MB, most },
        otherBytes: 0,
      }),
      async load({ kvBytes }) {
        granted.push(kvBytes)
        return { name: '', [Symbol.asyncDispose]: async () => {} }
      },
    })
    await touch(keep('a', 0, need(250 * MB)))
    await touch(keep('b', 0, need(500 * MB)))
    expect(granted).toEqual([250 * MB, 100 * MB])
    expect(plan.state().usedBytes).toBe(950 * MB)
    await touch(keep('c', 0, need(500 * MB)))
    // Of 600 MB 400 are needed, and a third of 200 is no whole conversation.
    expect(granted.at(-1)).toBe(100 * MB)
  })

  it('counts what was measured where that is more than was expected', async () => {
    const { keep, plan } = setUp()
    let rss = 50 * MB
    const a = keep('a', 300 * MB, {
      measure: async () => rss,
      async load() {
        rss += 450 * MB
        return { name: 'a', [Symbol.asyncDispose]: async () => {} }
      },
    })
    await touch(a)
    expect(a.state()).toMatchObject({ measuredBytes: 450 * MB, reservedBytes: 450 * MB })
    expect(plan.state().usedBytes).toBe(450 * MB)
  })

  it('measures nothing while another is loaded in the same process', async () => {
    const { keep } = setUp()
    const [a, b] = [keep('a', 100 * MB, { measure: async () => 7 }), keep('b', 100 * MB, { measure: async () => 7 })]
    await Promise.all([touch(a), touch(b)])
    expect([a.state()?.measuredBytes, b.state()?.measuredBytes]).toEqual([undefined, undefined])
    const [c, d] = ['c', 'd'].map((name) => keep(name, 100 * MB, { process: name, measure: async () => 7 }))
    await Promise.all([touch(c!), touch(d!)])
    expect([c!.state()?.measuredBytes, d!.state()?.measuredBytes]).toEqual([0, 0])
  })

  it('measures nothing while another answers in the same process: its caches grow', async () => {
    const { keep, plan } = setUp()
    let rss = 0
    const grow = { measure: async () => (rss += 400 * MB) }
    const [a, b] = [keep('a', 100 * MB, { measure: async () => 7 }), keep('b', 100 * MB, grow)]
    using _answer = await a.use()
    await touch(b)
    expect([b.state()?.measuredBytes, plan.state().usedBytes]).toEqual([undefined, 200 * MB])
    const c = keep('c', 100 * MB, { ...grow, process: 'other' })
    await touch(c)
    expect(c.state()?.measuredBytes).toBe(400 * MB)
  })

  it('gives its place back when loading fails, and tries again with the next request', async () => {
    const { keep, plan } = setUp()
    let tries = 0
    const a = keep('a', 300 * MB, {
      async load() {
        if (++tries === 1) throw new RangeError('first')
        return { name: 'a', [Symbol.asyncDispose]: async () => {} }
      },
    })
    await expect(a.use()).rejects.toThrow('first')
    expect(plan.state().usedBytes).toBe(0)
    await touch(a)
    expect(tries).toBe(2)
  })
})

describe('waiting', () => {
  it('leaves the line when nobody waits any more, and not before', async () => {
    const { events, keep, plan } = setUp()
    const lease = await keep('a', 900 * MB).use()
    const b = keep('b', 500 * MB)
    const [first, second] = [new AbortController(), new AbortController()]
    const asked = [first, second].map(({ signal }) => b.use({ signal }).catch((error: { code: string }) => error.code))
    await settle()
    first.abort()
    await settle()
    expect(plan.state().waiting).toBe(1)
    second.abort()
    expect(await Promise.all(asked)).toEqual(['aborted', 'aborted'])
    await settle()
    expect(plan.state().waiting).toBe(0)
    lease[Symbol.dispose]()
    await settle()
    expect(events).toEqual(['+a'])
    await touch(b)
    expect(events).toEqual(['+a', '-a', '+b'])
  })

  it('asks anew for who comes while the line is being left', async () => {
    const { keep } = setUp()
    const lease = await keep('a', 900 * MB).use()
    const b = keep('b', 500 * MB)
    const gone = new AbortController()
    const first = b.use({ signal: gone.signal }).catch((error: { code: string }) => error.code)
    await settle()
    gone.abort()
    const second = b.use()
    expect(await first).toBe('aborted')
    lease[Symbol.dispose]()
    expect((await second).model.name).toBe('b')
  })
})

it('nobody waits once the program ends', async () => {
  const closing = new AbortController()
  const { keep } = setUp({ signal: closing.signal })
  using _lease = await keep('a', 900 * MB).use()
  const refused = expect(keep('b', 500 * MB).use()).rejects.toMatchObject({ code: 'aborted' })
  await settle()
  closing.abort()
  await refused
})

describe('keep-alive', () => {
  it('unloads after so long without a request, never in the middle of one', async () => {
    const { clock, events, keep, plan } = setUp()
    const a = keep('a', 100 * MB, { keepAliveMs: 60_000 })
    const lease = await a.use()
    await clock.advance(120_000)
    expect([events, a.state()?.unloadsInMs]).toEqual([['+a'], undefined])
    lease[Symbol.dispose]()
    await clock.advance(59_000)
    expect(a.state()?.unloadsInMs).toBe(1000)
    await touch(a)
    await clock.advance(59_000)
    expect(events).toEqual(['+a'])
    await clock.advance(1000)
    await settle()
    expect([events, plan.state().usedBytes, clock.sleeping]).toEqual([['+a', '-a'], 0, 0])
  })

  it('0 unloads with the end of the request; what only comes before one does not', async () => {
    const { events, keep } = setUp()
    const a = keep('a', 100 * MB, { keepAliveMs: 0 })
    {
      using _chosen = await a.use({ before: true })
    }
    await touch(a)
    await settle()
    expect(events).toEqual(['+a', '-a'])
  })

  it('Infinity and pinned ones stay', async () => {
    const { clock, events, keep } = setUp()
    await touch(keep('a', 100 * MB, { keepAliveMs: Infinity }))
    await touch(keep('b', 100 * MB, { pinned: true, keepAliveMs: 1 }))
    await clock.advance(1e9)
    await settle()
    expect([events, clock.sleeping]).toEqual([['+a', '+b'], 0])
  })

  it('can be changed by a request, for it and from then on', async () => {
    const { clock, events, keep } = setUp()
    const a = keep('a', 100 * MB)
    await touch(a)
    a.keepAlive(0)
    await touch(a)
    await settle()
    expect(events).toEqual(['+a', '-a'])
    a.keepAlive(Infinity)
    await touch(a)
    await clock.advance(1e9)
    await settle()
    expect(events).toEqual(['+a', '-a', '+a'])
  })
})

describe('unload', () => {
  it('waits for running requests; who comes meanwhile loads it again', async () => {
    const { events, keep } = setUp()
    const a = keep('a', 100 * MB)
    expect(await a.unload()).toBe(false)
    const lease = await a.use()
    const unloading = a.unload()
    const next = a.use()
    await settle()
    expect(events).toEqual(['+a'])
    lease[Symbol.dispose]()
    expect([await unloading, (await next).model.name]).toEqual([true, 'a'])
    expect(events).toEqual(['+a', '-a', '+a'])
  })

  it('waits for one that is being loaded', async () => {
    const { events, keep } = setUp()
    const a = keep('a', 100 * MB)
    const using_ = touch(a)
    expect(await a.unload()).toBe(true)
    await using_
    expect(events).toEqual(['+a', '-a'])
  })
})
