import { describe, expect, it } from 'vitest'
import type { WordMatch } from '@rt/core'
import { matchExpression as build } from './match-expression.ts'

const matchExpression = (text: string, words: WordMatch): string | undefined => build(text, words, 'porter')

describe('matchExpression', () => {
  it('quotes each word once and joins by OR', () => {
    expect(matchExpression('Coat, coat & HAT-rack!', 'any')).toBe('"coat" OR "hat" OR "rack"')
  })

  it('drops stop words only when other words remain', () => {
    expect(matchExpression('what is the coat for?', 'any')).toBe('"coat"')
    expect(matchExpression('To be or not to be', 'any')).toBe('"to" OR "be" OR "or" OR "not"')
  })

  it('keeps combining marks inside their word, as the tokenizer does', () => {
    expect(matchExpression('re\u0301sume\u0301', 'any')).toBe('"re\u0301sume\u0301"')
  })

  it('has no query for text without a word', () => {
    for (const text of ['', '🧥', '"*" - ()', '\0', '\ud800', '\u0301'])
      expect(matchExpression(text, 'any')).toBeUndefined()
  })

  it('lets nothing but words inside the quotes, and no more than 64 of them', () => {
    const expression = matchExpression(
      `"a" OR NEAR(b) * ^ : \0 ${Array.from({ length: 500 }, (_, i) => `w${i}`).join('"')}`,
      'any',
    )!
    expect(expression).toMatch(/^"[\p{L}\p{N}\p{M}]+"( OR "[\p{L}\p{N}\p{M}]+")*$/u)
    expect(expression.split(' OR ')).toHaveLength(64)
  })

  it('asks for all words, for a phrase, or for a word that is being typed', () => {
    expect(matchExpression('The coat, the hat', 'all')).toBe('"the" AND "coat" AND "hat"')
    expect(matchExpression('The coat, the hat', 'phrase')).toBe('"the coat the hat"')
    expect(matchExpression('hat: the ha', 'prefix')).toBe('"hat" AND "the" AND "ha"*')
    expect(matchExpression('ha ha', 'prefix')).toBe('"ha" AND "ha"*')
    expect(matchExpression('ha', 'prefix')).toBe('"ha"*')
    for (const words of ['all', 'phrase', 'prefix'] as const) expect(matchExpression('"*"', words)).toBeUndefined()
  })

  it('asks for pairs of characters in scripts without spaces', () => {
    expect(matchExpression('冬季外套', 'any')).toBe('"冬季" OR "季外" OR "外套"')
    expect(matchExpression('iPhone手机 套', 'all')).toBe('"iphone" AND "手机" AND "套"*')
    expect(matchExpression('手机iPhone外套', 'phrase')).toBe('"手机 机 iphone 外套"')
    expect(matchExpression('手机 外', 'phrase')).toBe('"手机 机 外"*')
    expect(matchExpression('ｶﾞ', 'any')).toBe('"ガ"*')
    const long = matchExpression('外'.repeat(10_000), 'all')!
    expect(long).toBe('"外外"')
    // Thai vowels are marks: they go where the tokenizer takes them for letters.
    expect(matchExpression('ที่', 'all')).toBe('"ท\u{F0E35}" AND "\u{F0E35}\u{F0E48}"')
  })

  it('asks trigrams for parts of words, and for short words with a space beside them', () => {
    const trigrams = (text: string, words: WordMatch): string | undefined => build(text, words, 'trigram')
    expect(trigrams('Coat of AI', 'all')).toBe('"coat" AND (" of" OR "of ") AND (" ai" OR "ai ")')
    expect(trigrams('a coa', 'prefix')).toBe('" a " AND " coa"')
    expect(trigrams('coat hat', 'phrase')).toBe('"coat hat"')
    expect(trigrams('外套', 'all')).toBe('"外套\u{F8FF}"')
    expect(trigrams('外', 'all')).toBe('"外\u{F8FF}\u{F8FF}"')
  })
})
