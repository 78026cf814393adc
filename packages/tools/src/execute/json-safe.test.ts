import { expect, test } from 'vitest'
import { toJsonSafe } from './json-safe.ts'

const safe = (value: unknown, max = 64 * 1024): unknown => toJsonSafe(value, max).value

test.each([
  ['undefined', undefined, null],
  ['a function', () => 1, null],
  ['BigInt that fits', 12n, 12],
  ['BigInt that does not', 2n ** 70n, String(2n ** 70n)],
  ['NaN', [Number.NaN, Infinity], [null, null]],
  ['undefined inside', { a: undefined, b: [undefined], c: Symbol('x') }, { b: [null] }],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['an invalid date', new Date(Number.NaN), null],
  ['a Map and a Set', { m: new Map([['k', 1]]), s: new Set([1, 2]) }, { m: { k: 1 }, s: [1, 2] }],
  ['an Error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
  ['bytes', new Uint8Array(5), '[5 bytes]'],
  ['toJSON', new URL('http://x.test/a'), 'http://x.test/a'],
  ['a null prototype', Object.create(null), {}],
])('%s', (_, value, expected) => {
  expect(safe(value)).toEqual(expected)
})

test('cycles, depth and throwing getters end in markers', () => {
  const cyclic: Record<string, unknown> = { name: 'x' }
  cyclic['self'] = cyclic
  cyclic['list'] = [cyclic]
  expect(safe(cyclic)).toEqual({ name: 'x', self: '[circular]', list: ['[circular]'] })

  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  expect(JSON.stringify(safe(deep))).toContain('[too deep]')

  const hostile = {
    get secret() {
      throw new Error('no')
    },
    toString: undefined,
    ok: 1,
  }
  expect(safe(hostile)).toEqual({ secret: '[unreadable]', ok: 1 })
  expect(
    safe({
      toJSON: () => {
        throw new Error('no')
      },
    }),
  ).toBe('[unreadable]')
})

test('the same object twice is no cycle', () => {
  const shared = { a: 1 }
  expect(safe([shared, shared])).toEqual([shared, shared])
})

test('a __proto__ key stays data', () => {
  const value = safe(JSON.parse('{"__proto__":{"polluted":true}}')) as object
  expect(Object.keys(value)).toEqual(['__proto__'])
  expect(value).not.toHaveProperty('polluted')
})

test('size is capped with a marker, in characters that stay whole', () => {
  const { value, cut } = toJsonSafe('é'.repeat(1000), 101)
  expect(cut).toBe(true)
  expect(value).toBe(`${'é'.repeat(50)}[cut: 50 of 1000 characters kept]`)
  expect(JSON.stringify(safe('x'.repeat(100_000_000)))).toHaveLength(
    65_536 - 1 + '[cut: 65535 of 100000000 characters kept]'.length + 2,
  )

  const items = safe(
    Array.from({ length: 1_000_000 }, () => 7),
    100,
  ) as unknown[]
  expect(items.at(-1)).toMatch(/^\[cut: \d+ more items\]$/)
  expect(items.length).toBeLessThan(110)
  expect(safe(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i])), 50)).toHaveProperty('…')
})
