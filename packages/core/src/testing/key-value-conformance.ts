import type { JsonValue } from '../schema/json.ts'
import type { KeyValue } from '../store/key-value.ts'
import type { TestFunctions } from './test-functions.ts'

export interface KeyValueSubject {
  /** Heads the tests. */
  name: string
  /** A new, empty store. */
  create(): Promise<KeyValueUnderTest>
}

export interface KeyValueUnderTest {
  store: KeyValue
  /** Lets this much of its time pass, without waiting for it. */
  advance(ms: number): Promise<void>
  close?(): Promise<void>
}

const VALUES: Record<string, JsonValue> = {
  text: 'Grüße 👋 "quoted" \n',
  empty: '',
  digits: '0042',
  number: -1.5,
  large: 9_007_199_254_740_991,
  yes: true,
  no: false,
  nothing: null,
  list: [1, [null, 'two'], {}],
  object: { deep: { list: [{ 'a b': 0 }] }, '': false },
}

/** What every KeyValue must do, wherever it keeps its values. */
export const keyValueConformance = ({ name, create }: KeyValueSubject, tests: TestFunctions): void => {
  const { describe, it, expect } = tests
  const test = (title: string, run: (under: KeyValueUnderTest) => Promise<void>): unknown =>
    it(title, async () => {
      const under = await create()
      try {
        await run(under)
      } finally {
        await under.close?.()
      }
    })

  describe(`${name}: values`, () => {
    test('gives back every kind of JSON as it was put in', async ({ store }) => {
      for (const [key, value] of Object.entries(VALUES)) await store.set(key, value)
      for (const [key, value] of Object.entries(VALUES)) expect([key, await store.get(key)]).toEqual([key, value])
    })

    test('knows nothing of a key that was not set, or was deleted', async ({ store }) => {
      await store.set('a', 1)
      await store.delete('a')
      await store.delete('never')
      expect([await store.get('a'), await store.get('never')]).toEqual([undefined, undefined])
    })

    test('replaces a value, and keeps keys apart by every character', async ({ store }) => {
      const keys = ['a', 'A', 'a ', 'a:b', 'ä', '["ada","cloud/x"]', "a'b%_*?", 'x'.repeat(500)]
      for (const key of keys) await store.set(key, 'old')
      for (const key of keys) await store.set(key, [key])
      expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual(keys.map((key) => [key]))
    })

    test('gives copies', async ({ store }) => {
      const mine = { list: [1] }
      await store.set('a', mine)
      mine.list.push(2)
      expect(await store.get('a')).toEqual({ list: [1] })
    })
  })

  describe(`${name}: sums`, () => {
    test('adds to a number, from 0 on, and gives the sum', async ({ store }) => {
      expect(await store.add('n', 5)).toBe(5)
      expect(await store.add('n', -7)).toBe(-2)
      expect(await store.add('n', 2.5)).toBe(0.5)
      expect(await store.get('n')).toBe(0.5)
      await store.set('n', 40)
      expect(await store.add('n', 2)).toBe(42)
      await store.delete('n')
      expect(await store.add('n', 1)).toBe(1)
    })

    test('counts whole numbers exactly, up to nine million billion', async ({ store }) => {
      expect(await store.add('n', 9e15)).toBe(9e15)
      expect(await store.add('n', 1)).toBe(9_000_000_000_000_001)
      expect(await store.add('n', -3)).toBe(8_999_999_999_999_998)
      expect(await store.get('n')).toBe(8_999_999_999_999_998)
    })

    test('loses none of many at the same time, and gives each its own sum', async ({ store }) => {
      const sums = await Promise.all(Array.from({ length: 200 }, () => store.add('n', 3, 60_000)))
      expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => 3 * (i + 1)))
      expect(await store.get('n')).toBe(600)
    })
  })

  describe(`${name}: time`, () => {
    test('forgets a value when its time is over', async ({ store, advance }) => {
      await store.set('short', 'a', 60_000)
      await store.set('long', 'b', 120_000)
      await store.set('ever', 'c')
      await advance(40_000)
      expect(await store.get('short')).toBe('a')
      await advance(30_000)
      expect([await store.get('short'), await store.get('long'), await store.get('ever')]).toEqual([
        undefined,
        'b',
        'c',
      ])
    })

    test('takes the time of the last set', async ({ store, advance }) => {
      await store.set('renewed', 1, 60_000)
      await store.set('kept', 1, 60_000)
      await store.set('cut', 1)
      await advance(40_000)
      await store.set('renewed', 2, 60_000)
      await store.set('kept', 2)
      await store.set('cut', 2, 20_000)
      await advance(40_000)
      expect([await store.get('renewed'), await store.get('kept'), await store.get('cut')]).toEqual([2, 2, undefined])
    })

    test('counts the time of a sum from its first add', async ({ store, advance }) => {
      await store.add('n', 1, 60_000)
      await store.add('ever', 1)
      await advance(40_000)
      expect([await store.add('n', 1, 60_000), await store.add('ever', 1, 10_000)]).toEqual([2, 2])
      await advance(30_000)
      expect([await store.get('n'), await store.get('ever')]).toEqual([undefined, 2])
    })

    test('begins anew with a sum that was forgotten, and with its time', async ({ store, advance }) => {
      await store.add('n', 10, 60_000)
      await advance(70_000)
      expect(await store.add('n', 1, 60_000)).toBe(1)
      await advance(40_000)
      expect(await store.add('n', 1)).toBe(2)
      await advance(30_000)
      expect(await store.get('n')).toBe(undefined)
    })
  })

  describe(`${name}: giving up`, () => {
    test('does nothing for a caller who has given up', async ({ store }) => {
      const signal = AbortSignal.abort()
      await expect(store.set('a', 1, undefined, { signal })).rejects.toMatchObject({ code: 'aborted' })
      await expect(store.add('n', 1, undefined, { signal })).rejects.toMatchObject({ code: 'aborted' })
      await expect(store.get('a', { signal })).rejects.toMatchObject({ code: 'aborted' })
      expect([await store.get('a'), await store.get('n')]).toEqual([undefined, undefined])
    })
  })
}
