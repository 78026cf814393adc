import { describe, expect, it } from 'vitest'
import { createRandom } from '../__fixtures__/random.ts'
import { both, complement, lengths, matches, ofLength, ofTexts, trim } from './automaton.ts'
import { compilePattern } from './compile-pattern.ts'
import { FORMATS } from './formats.ts'

const ALPHABET = Array.from('aab019-_ .AZé😀\n"\\/:@')

const texts = (seed: number, count: number): string[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(random() * 7) }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]!).join(''),
  )
}

describe('compilePattern', () => {
  it.each([
    'a',
    '^a',
    'a$',
    '^a$',
    '^$',
    '',
    '^(a|b)+$',
    'a|^b|0$',
    '(^a|b$)',
    '^a{2,3}$',
    '^a{2,}b?$',
    '^a{0}$',
    '^(a+)+$',
    '^(a|a?)+$',
    '^(?:)*a$',
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '^[^a]$',
    '^[^]$',
    '^.$',
    '^\\w+\\s?$',
    '^\\D*$',
    '[\\d-]',
    '^[\\]\\\\]$',
    '^\\u0061$',
    '^\\u{1F600}$',
    '^\\x61|\\cJ$',
    '^\\p{Lu}',
    '^\\P{L}+$',
    '^(?=.*a)(?=.*0).+$',
    '^(?!a).*$',
    '^(?!.*00)[0-9a]+$',
    '^"[^"]*"$',
    'a{,2}|x{',
    '(?<name>a)\\.',
    '^a*?b+?$',
    '^\\/$',
    '^😀?a$',
    '^(a$|b)',
  ])('finds what RegExp finds: %s', (source) => {
    const automaton = compilePattern(source)
    let pattern: RegExp
    try {
      pattern = new RegExp(source, 'u')
    } catch {
      pattern = new RegExp(source)
    }
    for (const text of texts(5, 2000)) expect([text, matches(automaton, text)]).toEqual([text, pattern.test(text)])
  })

  it.each([
    '(a)\\1',
    '\\bx',
    'a(?=b)',
    '(?<=a)b',
    '(a',
    'a)',
    '[a',
    '*a',
    '[z-a]',
    'a{3,2}',
    '\\',
    '\\q',
    '\\p{Nope}',
    '(?i)a',
    '\\ud800',
    'a{100000}',
    '(a{200}){200}',
    `${'('.repeat(60)}a${')'.repeat(60)}`,
    'x'.repeat(6000),
    '^(a|b)*a(a|b){20}$',
  ])('says why it cannot compile %s', (source) =>
    expect(() => compilePattern(source)).toThrow(
      expect.objectContaining({ code: 'schema_unsupported', data: { reason: expect.any(String) } }),
    ),
  )

  it('reads a text in one pass, whatever the pattern', () => {
    const automaton = compilePattern('^(a+)+$')
    expect(automaton.accepts.length).toBeLessThan(4)
    expect(matches(automaton, `${'a'.repeat(100_000)}!`)).toBe(false)
  })
})

describe('automata', () => {
  it('combine', () => {
    const word = compilePattern('^[ab]+$')
    const short = trim(both(word, ofLength(2, 3), 100)!)!
    const some = trim(both(short, complement(ofTexts(['ab', 'aaa', 'c'])), 100)!)!
    expect(['a', 'ab', 'aa', 'aaa', 'bbb', 'abab', 'ac'].filter((text) => matches(some, text))).toEqual(['aa', 'bbb'])
    expect(lengths(some)).toEqual({ min: 2, max: 3 })
    expect(lengths(word)).toEqual({ min: 1, max: Infinity })
    expect(trim(both(word, ofTexts(['c', '']), 100)!)).toBeUndefined()
    expect(both(word, ofLength(0, 200), 100)).toBeUndefined()
  })
})

describe('FORMATS', () => {
  it.each<[string, string[], string[]]>([
    [
      'date',
      ['2024-02-29', '2000-02-29', '1999-12-31', '2023-04-30'],
      ['2023-02-29', '1900-02-29', '2024-13-01', '2024-04-31', '2024-1-1', '24-01-01', 'x2024-01-01'],
    ],
    ['time', ['00:00:00Z', '23:59:59.123+05:30'], ['24:00:00Z', '12:60:00Z', '12:00:00', '12:00']],
    ['date-time', ['2024-02-29T12:00:00Z'], ['2023-02-29T12:00:00Z', '2024-02-29 12:00:00Z', '2024-02-29']],
    ['duration', ['P1D', 'PT5M', 'P1Y2M3DT4H5M6S', 'P2W', 'PT1H30M'], ['P', 'PT', 'P1S', '1D', 'P1DT', 'P1D2Y']],
    [
      'uuid',
      ['123e4567-e89b-12d3-a456-426614174000'],
      ['123e4567e89b12d3a456426614174000', 'g23e4567-e89b-12d3-a456-426614174000'],
    ],
    ['email', ['a@b.co', "o'neil.x+y@mail.example.org"], ['a@b', '@b.co', 'a b@c.de', 'a@-b.co', '.a@b.co']],
    ['hostname', ['localhost', 'a-b.example.org'], ['-a', 'a..b', 'a_b', `${'a'.repeat(64)}.de`, '']],
    ['ipv4', ['0.0.0.0', '255.255.255.255'], ['256.1.1.1', '1.2.3', '01.1.1.1', '1.1.1.1.1']],
    [
      'ipv6',
      ['::', '::1', '1::', 'fe80::1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '1::3:4:5:6:7:8'],
      ['1:2:3', ':::', '1::2::3', '1:2:3:4:5:6:7:8:9', '12345::', '1:2:3:4:5:6:7:8::'],
    ],
    ['uri', ['https://example.org/a?b=c#d', 'urn:isbn:1', 'mailto:a@b.co'], ['example.org', '//x', 'http://a b', 'x:']],
    ['json-pointer', ['', '/a/~0~1b'], ['a', '/~2']],
  ])('%s', (name, good, bad) => {
    const automaton = compilePattern(FORMATS[name]!)
    expect(good.filter((text) => !matches(automaton, text))).toEqual([])
    expect(bad.filter((text) => matches(automaton, text))).toEqual([])
  })

  it('compiles every format', () => {
    for (const source of Object.values(FORMATS)) expect(trim(compilePattern(source))?.accepts.length).toBeLessThan(1000)
  })
})
