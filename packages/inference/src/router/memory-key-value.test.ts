import { createFakeClock, keyValueConformance } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryKeyValue } from './index.ts'

const value = 'x'.repeat(100)

keyValueConformance(
  {
    name: 'memory',
    async create() {
      const clock = createFakeClock()
      return { store: createMemoryKeyValue({ clock }), advance: (ms) => clock.advance(ms) }
    },
  },
  { describe, it, expect },
)

describe('createMemoryKeyValue', () => {
  it('drops what was used longest ago when it is full', async () => {
    const store = createMemoryKeyValue({ maxBytes: 330 })
    await store.set('a', value)
    await store.set('b', value)
    await store.set('c', value)
    await store.get('a')
    await store.set('d', value)
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.get(key)))).toEqual([
      value,
      undefined,
      value,
      value,
    ])
    expect(store.bytes).toBeLessThanOrEqual(330)
  })

  it('keeps nothing that is larger than all of it', async () => {
    const store = createMemoryKeyValue({ maxBytes: 50 })
    await store.set('a', value)
    expect(await store.get('a')).toBeUndefined()
    expect(store.bytes).toBe(0)
  })

  it('never forgets a counter, and refuses a new one when only counters are left', async () => {
    const store = createMemoryKeyValue({ maxBytes: 150 })
    await store.add('spent', 5)
    for (let i = 0; i < 10; i++) await store.set(`v${i}`, value)
    expect(await store.get('spent')).toBe(5)
    await expect(store.add('k'.repeat(200), 1)).rejects.toMatchObject({ code: 'overloaded' })
    expect(await store.add('spent', 2)).toBe(7)
  })

  it('ends values and counters with their time, counted from the first add', async () => {
    const clock = createFakeClock()
    const store = createMemoryKeyValue({ clock })
    await store.set('a', 1, 1000)
    await store.add('n', 1, 1000)
    await clock.advance(999)
    expect(await store.add('n', 1, 1000)).toBe(2)
    await clock.advance(1)
    expect([await store.get('a'), await store.get('n'), await store.add('n', 1)]).toEqual([undefined, undefined, 1])
  })

  it('gives copies', async () => {
    const store = createMemoryKeyValue()
    const mine = { list: [1] }
    await store.set('a', mine)
    mine.list.push(2)
    expect(await store.get('a')).toEqual({ list: [1] })
    await store.delete('a')
    expect(await store.get('a')).toBeUndefined()
    expect(store.bytes).toBe(0)
  })
})
