import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { formatPath, matchesFilter, parseDatetime, parseFilter, parsePath } from './index.ts'

const errorOf = (filter: unknown): RtError => {
  try {
    parseFilter(filter as never)
  } catch (error) {
    if (RtError.isInstance(error)) return error
    throw error
  }
  throw new TypeError(`accepted: ${JSON.stringify(filter)}`)
}

describe('parseFilter', () => {
  it('says a filter in few words', () => {
    expect(parseFilter(undefined)).toBeUndefined()
    expect(parseFilter({})).toBeUndefined()
    expect(parseFilter({ and: [] })).toBeUndefined()
    expect(parseFilter({ or: [] })).toEqual({ op: 'or', nodes: [] })
    expect(parseFilter({ a: 1 })).toEqual({ op: 'eq', path: ['a'], value: 1 })
    expect(parseFilter({ 'a.b': { gte: 1, lt: 2, ne: 1.5 } })).toEqual({
      op: 'and',
      nodes: [
        { op: 'number', path: ['a', 'b'], bounds: { gte: 1, lt: 2 } },
        { op: 'not', node: { op: 'eq', path: ['a', 'b'], value: 1.5 } },
      ],
    })
    expect(parseFilter({ a: { in: [1, [2]] } })).toEqual({
      op: 'or',
      nodes: [
        { op: 'in', path: ['a'], values: [1] },
        { op: 'eq', path: ['a'], value: [2] },
      ],
    })
    expect(parseFilter({ a: { $ref: 1, min: 2, existing: 3, lat: 4, net: 5, inn: 6 } })).toMatchObject({ op: 'eq' })
    expect(parseFilter({ a: { eq: { $gte: 1 } }, $or: 1 })).toMatchObject({ nodes: [{ op: 'eq' }, { op: 'eq' }] })
    expect(parseFilter({ '\\or': { x: 1 } })).toEqual({ op: 'eq', path: ['or'], value: { x: 1 } })
  })

  it.each([
    [{ and: [{}, { and: [{}] }] }],
    [{ or: [{ a: 1 }, {}] }],
    [{ not: { or: [] } }],
    [{ not: { a: { in: [] } } }],
    [{ a: { nin: [] } }],
  ])('sees that %j restricts nothing, alone and among others', (filter) => {
    expect(parseFilter(filter)).toBeUndefined()
    expect(parseFilter({ and: [filter, { a: 1 }] })).toEqual({ op: 'eq', path: ['a'], value: 1 })
  })

  it.each([
    [[], 'must be an object'],
    [{ a: undefined }, 'undefined'],
    [{ lang: { prefx: 'en', ne: 'de' } }, 'did you mean "prefix"'],
    [{ lang: { prefixx: 'en' } }, 'did you mean "prefix"'],
    [{ year: { $gte: 2020 } }, 'did you mean "gte"'],
    [{ $or: [{ a: 1 }, { a: 2 }] }, 'did you mean "or"'],
    [{ lang: { ne: 'de', colour: 'blue' } }, 'Operators: eq, ne'],
    [{ a: { gtt: 1 } }, 'did you mean "gt"'],
    [{ a: { ltte: 1 } }, 'did you mean "lte"'],
    [{ a: { ge: 1 } }, 'did you mean "gte"'],
    [{ a: { le: 1 } }, 'did you mean "lte"'],
    [{ a: { gt: true } }, 'a number or a text'],
    [{ a: { gt: new Date(0) } }, 'datetime'],
    [{ a: new Date(0) }, 'datetime'],
    [{ a: { datetime: { gte: '2026-02-30' } } }, 'not "2026-02-30"'],
    [{ a: { datetime: '2026' } }, 'gt, gte, lt, lte'],
    [{ a: { nin: 1 } }, 'nin takes a list'],
    [{ a: { null: 1 } }, 'true or false'],
    [{ a: { contains: [1] } }, 'contains takes'],
    [{ a: { prefix: 1 } }, 'prefix takes a text'],
    [{ a: { eq: Number.NaN } }, 'NaN'],
    [{ and: { a: 1 } }, 'list of filters'],
    [{ not: [] }, 'must be an object'],
    [{ 'a.': 1 }, 'each dot'],
    [Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`k${n}`, n])), 'more than 1000'],
    [Array.from({ length: 40 }).reduce<object>((filter) => ({ not: filter }), { a: 1 }), 'deeper than 32'],
  ])('refuses %j and says why', (filter, words) => {
    const { code, message, hint } = errorOf(filter)
    expect(code).toBe('invalid_request')
    expect(`${message} ${hint}`).toContain(words)
  })
})

describe('paths', () => {
  it('are read as they are written', () => {
    for (const path of [['a'], ['a', 'b'], ['a.b', 'c'], ['back\\slash'], ['and'], ['a\\.b'], ['or', 'x'], ['']])
      expect(parsePath(formatPath(path))).toEqual(path)
  })
})

describe('parseDatetime', () => {
  it('takes RFC 3339 and nothing near it', () => {
    const noon = Date.UTC(2026, 0, 31, 12)
    for (const text of ['2026-01-31T12:00:00Z', '2026-01-31 12:00', '2026-01-31t13:00:00.000000+01:00'])
      expect(parseDatetime(text)).toBe(noon)
    expect(parseDatetime('2026-01-31')).toBe(Date.UTC(2026, 0, 31))
    for (const text of ['2026-02-30', '2026-1-1', '2026-01-31T24:00Z', '2026-01-31T12:00+0100', '20260131', 'now', ''])
      expect(parseDatetime(text)).toBeUndefined()
  })
})

describe('matchesFilter', () => {
  it('has no third answer: what is missing is false, and its negation true', () => {
    const node = parseFilter({ 'a.b': { gt: 1 } })!
    for (const metadata of [{}, { a: 1 }, { a: null }, { a: { b: '2' } }, { a: [{ b: 2 }] }]) {
      expect(matchesFilter(node, metadata as never)).toBe(false)
      expect(matchesFilter({ op: 'not', node }, metadata as never)).toBe(true)
    }
    expect(matchesFilter(node, { a: { b: 2 } })).toBe(true)
  })
})
