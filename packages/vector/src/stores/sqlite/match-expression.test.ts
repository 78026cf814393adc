import { describe, expect, it } from 'vitest'
import { matchExpression } from './match-expression.ts'

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
})
