import { describe, expect, it } from 'vitest'
import { parseFilter } from '../../../filter/index.ts'
import { factsOf, fieldKey, pathOf } from './facts.ts'
import { translateFilter } from './translate-filter.ts'

describe('facts of metadata', () => {
  it('say what can be asked: that a field is there, what it equals, what a list has', () => {
    const { facts, numbers, dates } = factsOf({
      lang: 'en',
      year: 2020,
      tags: ['a', 'a', null],
      at: { day: '2026-01-31' },
    })
    expect(facts).toEqual([
      '["lang"]?',
      '["lang"]="en"',
      '["year"]?',
      '["year"]=2020',
      '["tags"]?',
      '["tags"]=["a","a",null]',
      '["tags"]~"a"',
      '["tags"]~null',
      '["at"]?',
      '["at"]={"day":"2026-01-31"}',
      '["at","day"]?',
      '["at","day"]="2026-01-31"',
    ])
    expect(numbers).toEqual({ year: 2020 })
    expect(dates).toEqual({ at__day: Date.UTC(2026, 0, 31) })
  })

  it('are short, whatever the value: a hash, and the beginning of a text', () => {
    const { facts } = factsOf({ ['k'.repeat(1000)]: 'v'.repeat(10_000), list: Array.from({ length: 500 }, () => 'x') })
    expect(facts.every((fact) => fact.length < 450)).toBe(true)
    expect(facts.filter((fact) => fact.includes('^"vvv'))).toHaveLength(1)
  })

  it.each([[['year']], [['a.b', 'c__d']], [['', '_', 'é', '🧥']], [['0', '-1']]])(
    'keys of fields can be read back: %j',
    (path) => {
      const key = fieldKey(path)
      expect(key).toMatch(/^\w*$/)
      expect(pathOf(key)).toEqual(path)
    },
  )
})

describe('a translated filter', () => {
  it.each([
    [{ a: 1, b: { gte: 2 }, c: { prefix: 'x' }, d: { in: ['p', 'q'] }, not: { e: { exists: true } } }, true],
    [{ a: { contains: 1 } }, true],
    [{ a: { datetime: { lt: '2026-01-01' } } }, true],
    [{ a: { contains: 'part' } }, false],
    [{ a: { gte: 'text' } }, false],
    [{ a: { prefix: 'x'.repeat(500) } }, false],
    [{ or: [{ a: 1 }, { not: { a: { lt: 'text' } } }] }, false],
  ])('of %j is all there is to ask: %s', (filter, exact) => {
    expect(translateFilter(parseFilter(filter)!).exact).toBe(exact)
  })

  it('asks for no less than what matches where it cannot be exact', () => {
    const condition = (filter: object): unknown => translateFilter(parseFilter(filter as never)!).condition
    const exists = { key: 'facts', match: { value: '["a"]?' } }
    expect(condition({ a: { gte: 'text' } })).toEqual(exists)
    // Not a text from here on: a field that is missing, too.
    expect(condition({ not: { a: { gte: 'text' } } })).toEqual({ must_not: [{ has_id: [] }] })
    expect(condition({ lang: 'en', not: { a: { gte: 'text' } } })).toEqual({
      key: 'facts',
      match: { value: '["lang"]="en"' },
    })
  })
})
