import { describe, expect, it } from 'vitest'
import { createRandom } from '../__fixtures__/random.ts'
import { matches } from './automaton.ts'
import { compilePattern } from './compile-pattern.ts'
import { multiplesOf } from './multiples.ts'
import { integerPattern, type Limit, numberPattern, toDecimal } from './number-pattern.ts'

const inside = (value: number, low: Limit | undefined, high: Limit | undefined): boolean =>
  (!low || (low.exclusive ? value > low.value : value >= low.value)) &&
  (!high || (high.exclusive ? value < high.value : value <= high.value))

describe('integerPattern', () => {
  it('lets exactly the range through', () => {
    const random = createRandom(1)
    for (let round = 0; round < 300; round++) {
      const width = 10 ** Math.floor(random() * 4)
      const limit = (): Limit | undefined =>
        random() < 0.2
          ? undefined
          : { value: Math.round((random() - 0.5) * width * 20) / 10, exclusive: random() < 0.5 }
      const [low, high] = [limit(), limit()]
      const source = integerPattern(low, high)
      const pattern = source === undefined ? undefined : new RegExp(source)
      for (let value = -width * 2; value <= width * 2; value += Math.max(1, Math.floor(width / 50)))
        expect([value, low, high, pattern?.test(String(value)) ?? false]).toEqual([
          value,
          low,
          high,
          inside(value, low, high),
        ])
      for (const text of ['-0', '01', '1.0', '', '+1', '1e3']) expect(pattern?.test(text) ?? false).toBe(false)
    }
  })

  it('keeps to what JavaScript counts exactly', () => {
    const all = new RegExp(integerPattern(undefined, undefined)!)
    expect([all.test('999999999999999'), all.test('1000000000000000')]).toEqual([true, false])
    const large = new RegExp(integerPattern({ value: 2e15, exclusive: false }, undefined)!)
    expect([large.test('9007199254740991'), large.test('9007199254740992'), large.test('2000000000000001')]).toEqual([
      true,
      false,
      true,
    ])
    expect(integerPattern({ value: 1e20, exclusive: false }, undefined)).toBeUndefined()
    expect(integerPattern({ value: 2, exclusive: true }, { value: 3, exclusive: true })).toBeUndefined()
  })
})

describe('numberPattern', () => {
  it('lets exactly the range through', () => {
    const random = createRandom(2)
    for (let round = 0; round < 600; round++) {
      const width = 10 ** Math.floor(random() * 3 - 1)
      const places = Math.floor(random() * 4)
      const limit = (): Limit | undefined =>
        random() < 0.2
          ? undefined
          : { value: Number(((random() - 0.5) * width * 2).toFixed(places)) || 0, exclusive: random() < 0.5 }
      const [low, high] = [limit(), limit()]
      const source = numberPattern(low, high)
      const automaton = source === undefined ? undefined : compilePattern(source)
      const near = [low, high].flatMap((one) =>
        one ? [one.value, one.value + 0.001, one.value - 0.001, one.value + 1e-5] : [],
      )
      const values = [...Array.from({ length: 40 }, () => (random() - 0.5) * width * 3), ...near, 0, 1, -1, 0.5]
      for (const value of values) {
        const text = value.toFixed(Math.floor(random() * 6)).replace(/^-(0(\.0*)?)$/, '$1')
        expect([text, low, high, automaton ? matches(automaton, text) : false]).toEqual([
          text,
          low,
          high,
          inside(Number(text), low, high),
        ])
      }
    }
  })

  it('has no minus before nothing, and no exponent', () => {
    const automaton = compilePattern(numberPattern(undefined, undefined)!)
    for (const text of ['-0', '-0.0', '1e3', '.5', '1.', '00', '-'])
      expect([text, matches(automaton, text)]).toEqual([text, false])
    for (const text of ['0', '-0.5', '12.25', '999999999999999.9999999999'])
      expect([text, matches(automaton, text)]).toEqual([text, true])
  })
})

describe('multiplesOf', () => {
  it.each([2, 3, 5, 7, 10, 12, 0.5, 0.01, 0.25, 2.5, 0.03])('lets exactly the multiples of %d through', (step) => {
    const automaton = multiplesOf(step)!
    const { fraction } = toDecimal(step)
    const scale = 10 ** 4
    for (let value = -scale; value <= scale; value += 1) {
      const text = (value / 100).toFixed(2).replace(/\.?0+$/, '')
      const exact = Math.round((value / 100) * scale) % Math.round(step * scale) === 0
      const written = (text.split('.')[1] ?? '').length <= fraction.length
      if (text !== '' && text !== '-') expect([text, matches(automaton, text)]).toEqual([text, exact && written])
    }
  })

  it('gives up where there are too many remainders', () => expect(multiplesOf(0.123457)).toBeUndefined())
})
