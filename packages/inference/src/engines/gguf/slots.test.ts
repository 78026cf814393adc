import { describe, expect, test } from 'vitest'
import { type CachedTokens, createSlotPool, type SlotPoolOptions } from './slots.ts'

const never = new AbortController().signal

/** Sequences that are nothing but their tokens. */
const createPool = ({
  size = 2,
  maxWaiting = 2,
  memory = Infinity,
  budget = Infinity,
  copies = 'none',
}: Partial<Omit<SlotPoolOptions<CachedTokens>, 'first' | 'open'>> & { memory?: number } = {}) => {
  const opened: { contextTokens: number[] }[] = []
  /** Sizes of the groups in the order they were opened, and how many sequences were open at most. */
  const log = { groups: [] as number[], open: 0, most: 0 }
  const open = (count: number) => {
    if (log.open + count > memory) throw new Error('no memory')
    log.groups.push(count)
    log.open += count
    log.most = Math.max(log.most, log.open)
    const sequences = Array.from({ length: count }, () => ({ contextTokens: [] as number[] }))
    opened.push(...sequences)
    return { sequences, close: async () => void (log.open -= count) }
  }
  const pool = createSlotPool({ size, maxWaiting, budget, copies, first: open(1), open: async (count) => open(count) })
  /** One whole request: acquires, fills, releases. */
  const use = async (tokens: number[], principal = 'ada', cacheKey?: string) => {
    const slot = await pool.acquire({ tokens, principal, cacheKey, signal: never })
    slot.principal = principal
    slot.cacheKey = cacheKey
    slot.sequence.contextTokens = tokens
    pool.release(slot)
    return opened.indexOf(slot.sequence)
  }
  return { pool, opened, log, use }
}

test('a conversation that goes on finds its own sequence', async () => {
  const { use } = createPool()
  expect(await use([1, 2, 3])).toBe(0)
  expect(await use([9, 8, 7])).toBe(1)
  expect(await use([1, 2, 3, 4, 5])).toBe(0)
  expect(await use([9, 8, 7, 6])).toBe(1)
})

test('a shared beginning does not destroy another thread while there is room', async () => {
  const { use } = createPool()
  expect(await use([1, 2, 3, 4, 5, 6])).toBe(0)
  expect(await use([1, 2, 30, 40])).toBe(1)
})

test('the thread of a key keeps its sequence, also when its text was rewritten', async () => {
  const { use } = createPool()
  await use([1, 2, 3, 4], 'ada', 'thread-1')
  await use([5, 6, 7, 8], 'ada', 'thread-2')
  expect(await use([5, 6, 99], 'ada', 'thread-1')).toBe(0)
})

test('a context that cannot be freed fails no request, and does not end the process', async () => {
  const group = (count: number) => ({
    sequences: Array.from({ length: count }, () => ({ contextTokens: [] as number[] })),
    close: async () => {
      throw new RangeError('not freed')
    },
  })
  const pool = createSlotPool({ size: 2, first: group(1), open: async (count) => group(count) })
  const ask = (principal: string) => pool.acquire({ tokens: [1], principal, signal: never })
  const [one, two] = await Promise.all([ask('ada'), ask('bob')])
  pool.release(one)
  pool.release(two)
  await pool.finish(async () => {})
  expect(pool.state()).toMatchObject({ open: 2, busy: 0 })
})

describe('where tokens can be copied', () => {
  const share = async ({ pool }: ReturnType<typeof createPool>) => {
    const acquire = () => pool.acquire({ tokens: [1], principal: 'nobody', signal: never })
    for (const slot of await Promise.all([acquire(), acquire()])) pool.release(slot)
  }

  test('a thread leaves another one its sequence, and is told which others hold tokens of its principal', async () => {
    const made = createPool({ size: 3, maxWaiting: 4, copies: 'group' })
    await share(made)
    const first = await made.use([1, 2, 3, 4], 'ada', 'thread-1')
    const slot = await made.pool.acquire({
      tokens: [1, 2, 3, 5],
      principal: 'ada',
      cacheKey: 'thread-2',
      signal: never,
    })
    expect(made.opened.indexOf(slot.sequence)).not.toBe(first)
    expect(made.pool.others(slot, 'ada').map(({ sequence }) => made.opened.indexOf(sequence))).toEqual([first])
    expect(made.pool.others(slot, 'eve')).toEqual([])
    const { lease } = slot
    made.pool.release(slot)
    const again = await made.pool.acquire({ tokens: [9], principal: 'ada', cacheKey: 'thread-1', signal: never })
    expect(made.opened.indexOf(again.sequence)).toBe(first)
    expect(slot.lease).toBe(lease)
  })

  test('without a thread the sequence that shares most is taken over, as before', async () => {
    const made = createPool({ size: 3, maxWaiting: 4, copies: 'group' })
    await share(made)
    const first = await made.use([1, 2, 3, 4], 'ada', 'thread-1')
    expect(await made.use([1, 2, 3, 5], 'ada')).toBe(first)
  })
})

test('nobody is given tokens of another principal for his own', async () => {
  const { pool, use } = createPool({ size: 1 })
  await use([1, 2, 3], 'ada')
  const slot = await pool.acquire({ tokens: [1, 2, 3], principal: 'eve', signal: never })
  // The caller sees whose it was, and clears it.
  expect(slot.principal).toBe('ada')
  expect(slot.exact).toBe(0)
  const { use: useTwo } = createPool({ size: 2 })
  await useTwo([1, 2, 3], 'ada', 'thread')
  expect(await useTwo([1, 2, 3, 4], 'eve', 'thread')).toBe(1)
})

test('the least recently used sequence goes first when all are taken', async () => {
  const { use } = createPool()
  await use([1, 1, 1])
  await use([2, 2, 2])
  await use([1, 1, 1, 1])
  expect(await use([3, 3, 3])).toBe(1)
})

test('requests wait in order, and a full line is refused', async () => {
  const { pool } = createPool({ size: 1, maxWaiting: 2 })
  const first = await pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  const order: string[] = []
  const wait = (name: string) =>
    pool.acquire({ tokens: [1], principal: 'ada', signal: never }).then((slot) => {
      order.push(name)
      pool.release(slot)
    })
  const both = [wait('b'), wait('c')]
  await expect(pool.acquire({ tokens: [1], principal: 'ada', signal: never })).rejects.toMatchObject({
    code: 'overloaded',
    retryable: true,
  })
  pool.release(first)
  await Promise.all(both)
  expect(order).toEqual(['b', 'c'])
})

test('nobody new overtakes one who was just called, and one who waited is never refused', async () => {
  const { pool } = createPool({ size: 1, maxWaiting: 1 })
  const acquire = () => pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  const first = await acquire()
  const order: string[] = []
  const serve = (name: string, slot: Promise<typeof first>) =>
    slot.then((got) => {
      order.push(name)
      pool.release(got)
    })
  const second = serve('second', acquire())
  pool.release(first)
  const third = serve('third', acquire())
  const fourth = acquire()
  await expect(fourth).rejects.toMatchObject({ code: 'overloaded' })
  await Promise.all([second, third])
  expect(order).toEqual(['second', 'third'])
})

test('a slot that nobody waits for is free at once, also while another one is being taken', async () => {
  const { pool } = createPool({ size: 2 })
  const acquire = () => pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  const single = await acquire()
  const a = await acquire()
  pool.release(single)
  const b = await acquire()
  const waiter = acquire()
  pool.release(a)
  pool.release(b)
  const late = await acquire()
  expect(new Set([await waiter, late])).toEqual(new Set([a, b]))
})

test('whoever gives up leaves the line, and the next one is served', async () => {
  const { pool } = createPool({ size: 1 })
  const first = await pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  const giveUp = new AbortController()
  const second = pool.acquire({ tokens: [1], principal: 'ada', signal: giveUp.signal })
  const third = pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  giveUp.abort()
  await expect(second).rejects.toMatchObject({ code: 'aborted' })
  pool.release(first)
  expect((await third).principal).toBeUndefined()
})

test('a slot freed for one who gave up in the same moment goes to the next', async () => {
  const { pool } = createPool({ size: 1 })
  const first = await pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  const giveUp = new AbortController()
  const second = pool.acquire({ tokens: [1], principal: 'ada', signal: giveUp.signal })
  const third = pool.acquire({ tokens: [1], principal: 'ada', signal: never })
  pool.release(first)
  giveUp.abort()
  await expect(second).rejects.toMatchObject({ code: 'aborted' })
  await expect(third).resolves.toBe(first)
})

test('without memory for another sequence those there are serve on', async () => {
  const { use, opened } = createPool({ size: 4, memory: 1 })
  await use([1, 2, 3])
  expect(await use([7, 8, 9])).toBe(0)
  expect(opened).toHaveLength(1)
})

describe('requests at the same time', () => {
  const acquire = (pool: ReturnType<typeof createPool>['pool'], signal = never) =>
    pool.acquire({ tokens: [1], principal: 'ada', signal })

  test('share one group, and the single one closes when it falls free', async () => {
    const { pool, log } = createPool({ size: 4 })
    const first = await acquire(pool)
    expect(log.groups).toEqual([1])
    const others = await Promise.all([acquire(pool), acquire(pool), acquire(pool)])
    expect(log).toEqual({ groups: [1, 4], open: 5, most: 5 })
    expect(pool.state()).toEqual({ open: 5, most: 4, busy: 4, waiting: 0 })
    pool.release(first)
    expect(log.open).toBe(4)
    const again = await acquire(pool)
    for (const slot of [...others, again]) pool.release(slot)
    expect(pool.state()).toEqual({ open: 4, most: 4, busy: 0, waiting: 0 })
    expect(log.groups).toEqual([1, 4])
  })

  test('single groups of conversations that rest close for them', async () => {
    const { pool, log, use } = createPool({ size: 3 })
    await use([1, 1, 1])
    await use([2, 2, 2])
    expect(log.groups).toEqual([1, 1])
    const both = await Promise.all([acquire(pool), acquire(pool)])
    expect(log).toMatchObject({ groups: [1, 1, 3], open: 3 })
    for (const slot of both) pool.release(slot)
  })

  test('a budget holds at every moment: the group takes the place of the single one', async () => {
    const { pool, log } = createPool({ size: 8, budget: 4, maxWaiting: 8 })
    expect(pool.state().most).toBe(4)
    const first = await acquire(pool)
    const second = acquire(pool)
    const third = acquire(pool)
    await Promise.resolve()
    expect(pool.state()).toMatchObject({ open: 1, busy: 1, waiting: 2 })
    pool.release(first)
    for (const slot of await Promise.all([second, third])) pool.release(slot)
    expect(log).toEqual({ groups: [1, 4], open: 4, most: 4 })
  })

  test('one who waits for the group to open can give up', async () => {
    const { pool } = createPool({ size: 4, budget: 4 })
    const first = await acquire(pool)
    const giveUp = new AbortController()
    const second = acquire(pool, giveUp.signal)
    await Promise.resolve()
    giveUp.abort()
    await expect(second).rejects.toMatchObject({ code: 'aborted' })
    pool.release(first)
    expect(pool.state()).toMatchObject({ busy: 0, waiting: 0 })
  })

  test('where there is no memory for all, half of them share', async () => {
    const { pool, log } = createPool({ size: 8, memory: 5, maxWaiting: 8 })
    const slots = await Promise.all([acquire(pool), acquire(pool), acquire(pool)])
    expect(log.groups).toEqual([1, 4])
    expect(pool.state().most).toBe(4)
    for (const slot of slots) pool.release(slot)
  })

  test('where there is memory for no second one, they take turns', async () => {
    const { pool, log } = createPool({ size: 4, memory: 1, maxWaiting: 8 })
    const first = await acquire(pool)
    const second = acquire(pool)
    await new Promise((resolve) => setImmediate(resolve))
    expect(pool.state()).toMatchObject({ open: 1, most: 1, busy: 1, waiting: 1 })
    pool.release(first)
    pool.release(await second)
    expect(log.groups).toEqual([1])
  })
})

describe('what is done with sequences that nobody has', () => {
  const wait = () => {
    let done = (): void => {}
    const promise = new Promise<void>((resolve) => (done = resolve))
    return { promise, done }
  }

  test('is done one by one, and a request waits for the one it gets', async () => {
    const { pool, use } = createPool()
    await use([1, 2, 3], 'ada', 'thread-1')
    await use([7, 8, 9], 'ada', 'thread-2')
    const { promise, done } = wait()
    const seen: (string | undefined)[] = []
    const visit = pool.visit(async ({ cacheKey }) => {
      seen.push(cacheKey)
      await promise
    })
    await Promise.resolve()
    let got = false
    const slot = pool.acquire({ tokens: [1, 2], principal: 'ada', cacheKey: 'thread-1', signal: never })
    void slot.then(() => (got = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(got).toBe(false)
    done()
    expect((await slot).cacheKey).toBe('thread-1')
    await visit
    // The second one has to wait for another rest: somebody asks.
    expect(seen).toEqual(['thread-1'])
    pool.release(await slot)
  })

  test('is done with all before the single ones close for a shared group', async () => {
    const retired: (string | undefined)[] = []
    const sequence = () => ({ contextTokens: [1, 2] })
    const closed: number[] = []
    const open = (count: number) => ({
      sequences: Array.from({ length: count }, sequence),
      close: async () => void closed.push(retired.length),
    })
    const pool = createSlotPool({
      size: 2,
      first: open(1),
      open: async (count) => open(count),
      retire: async ({ cacheKey }) => void retired.push(cacheKey),
    })
    const acquire = () => pool.acquire({ tokens: [1], principal: 'ada', cacheKey: 'thread', signal: never })
    const single = await acquire()
    single.principal = 'ada'
    single.cacheKey = 'thread'
    const other = await acquire()
    pool.release(single)
    await new Promise((resolve) => setImmediate(resolve))
    expect({ retired, closed }).toEqual({ retired: ['thread'], closed: [1] })
    pool.release(other)
  })

  test('is over when the last call resolves, also of one that is closing', async () => {
    const { promise, done } = wait()
    const log: string[] = []
    const open = (count: number) => ({
      sequences: Array.from({ length: count }, () => ({ contextTokens: [] })),
      close: async () => void log.push('closed'),
    })
    const pool = createSlotPool({
      size: 2,
      first: open(1),
      open: async (count) => open(count),
      retire: () => promise,
    })
    const acquire = () => pool.acquire({ tokens: [1], principal: 'ada', signal: never })
    const single = await acquire()
    const other = await acquire()
    pool.release(single)
    pool.release(other)
    const finished = pool.finish(async () => void log.push('done')).then(() => log.push('over'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(log).toEqual(['done', 'done'])
    done()
    await finished
    expect(log).toEqual(['done', 'done', 'closed', 'over'])
  })

  test('a thread is forgotten in all it holds, also in what it still writes', async () => {
    const { pool, use } = createPool({ size: 3, maxWaiting: 4 })
    await use([1, 2, 3], 'ada', 'thread-1')
    await use([7, 8, 9], 'ada', 'thread-2')
    const slot = await pool.acquire({ tokens: [1, 2], principal: 'ada', cacheKey: 'thread-1', signal: never })
    await pool.forget(({ cacheKey }) => cacheKey === 'thread-1')
    slot.principal = 'ada'
    slot.cacheKey = 'thread-1'
    pool.release(slot)
    expect(slot).toMatchObject({ principal: undefined, cacheKey: undefined, exact: 0 })
    await pool.forget(({ principal }) => principal === 'eve')
    expect(pool.others(slot, 'ada').map(({ cacheKey }) => cacheKey)).toEqual(['thread-2'])
    await pool.forget(({ principal }) => principal === 'ada')
    expect(pool.others(slot, 'ada')).toEqual([])
  })
})
