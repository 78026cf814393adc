import type { ResolvedModel } from '@rt/inference/catalog'
import { createFakeClock } from '@rt/core/testing'
import { createMemoryPlan } from '@rt/inference/memory'
import { expect, it } from 'vitest'
import { createShelf, type Held } from './shelf.ts'

interface Handle {
  ask(): Promise<string>
}

/** A shelf of models that answer with how often they were loaded. */
const setUp = ({ pinned = [] as string[], fails = 0 } = {}) => {
  const clock = createFakeClock()
  const events: string[] = []
  let [loads, kvBytes] = [0, 10]
  const shelf = createShelf<Held & { number: number }, Handle>({
    memory: {
      plan: createMemoryPlan({ budgetBytes: 1000, clock }),
      keepAliveMs: 60_000,
      kvBudgetBytes: undefined,
      isPinned: (name) => pinned.includes(name),
    },
    keep: ({ entry: { name } }) => ({
      estimate: async () => ({ weightsBytes: 300, kvBytes: { least: 10, most: 40 }, otherBytes: 50 }),
      async load() {
        if (++loads <= fails) throw new RangeError('first')
        const number = loads
        events.push(`+${name}`)
        return {
          id: name,
          number,
          state: async () => ({
            engine: 'test',
            weightsBytes: 300,
            kvBytes,
            contextTokens: 10,
            sequences: { open: 1, most: 4 },
            running: 0,
            waiting: 0,
            idleMs: 0,
          }),
          [Symbol.asyncDispose]: async () => void events.push(`-${name}`),
        }
      },
      measure: async () => (events.length === 0 ? 100 : 500),
    }),
    lend: (_, kept) => ({
      async ask() {
        using lease = await kept.use()
        return `${lease.model.id} ${lease.model.number}`
      },
    }),
  })
  return { shelf, events, clock, openCaches: () => (kvBytes = 40) }
}

const found = (name: string, more: Partial<ResolvedModel['entry']> = {}): ResolvedModel => ({
  entry: { name, aliases: [], kind: 'chat', engine: 'gguf', files: [], ...more },
  files: { model: `${name}.gguf` },
})

it('loads once, and again behind the same handle when it had to go', async () => {
  const { shelf, events, clock } = setUp()
  const [a, b] = await Promise.all([shelf.get(found('a')), shelf.get(found('a'))])
  expect(a).toBe(b)
  expect(await a.ask()).toBe('a 1')
  await clock.advance(60_000)
  expect(events).toEqual(['+a', '-a'])
  expect([await shelf.get(found('a')), events.length]).toEqual([a, 2])
  expect(await a.ask()).toBe('a 2')
})

it('tries again after a failure', async () => {
  const { shelf } = setUp({ fails: 1 })
  await expect(shelf.get(found('a'))).rejects.toThrow('first')
  expect(await (await shelf.get(found('a'))).ask()).toBe('a 2')
})

it('takes a file that is another by then, once the one before is not in memory', async () => {
  const { shelf } = setUp()
  const a = await shelf.get(found('a'))
  const other = found('a', { preset: { system: 'Arr.' } })
  expect(await shelf.get(other)).toBe(a)
  await shelf.unload(['a'])
  expect(await shelf.get(other)).not.toBe(a)
})

it('tells what each has of the budget, what was measured, and how long it stays', async () => {
  const { shelf, clock, openCaches } = setUp({ pinned: ['b'] })
  await (await shelf.get(found('a'))).ask()
  await (await shelf.get(found('b'))).ask()
  await clock.advance(1000)
  openCaches()
  expect(await shelf.loaded()).toMatchObject([
    { id: 'a', memory: { reservedBytes: 430, measuredBytes: 430 }, unloadsInMs: 59_000 },
    { id: 'b', memory: { reservedBytes: 390 }, pinned: true },
  ])
})

it('frees by name, and says when there was nothing', async () => {
  const { shelf, events } = setUp()
  await shelf.get(found('a'))
  expect(await shelf.unload(['b'])).toBe(false)
  expect(await shelf.unload(['a'])).toBe(true)
  expect([events, await shelf.loaded()]).toEqual([['+a', '-a'], []])
  expect(await shelf.unload(['a'])).toBe(false)
})

it('a request may say how long it stays', async () => {
  const { shelf, events } = setUp()
  const a = await shelf.get(found('a'), 0)
  expect(await a.ask()).toBe('a 1')
  await shelf.loaded()
  expect(events).toEqual(['+a', '-a'])
})
