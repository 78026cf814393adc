import type { Tokenizer, WordMatch } from '@rt/core'
import { queryWords } from '../../../driver-kit/query-words.ts'
import type { Condition } from '../filter/translate-filter.ts'
import { encodeBeginnings } from './encode-word.ts'
import { termsOf, wordsOf } from './words-of.ts'

export interface WordQuery {
  /** What a text is weighed by. */
  tokens: string[]
  /** What must hold of its words. */
  conditions: Condition[]
  /** Beginnings, one of which a word of it must have: what they begin is to be found out and weighed too. */
  beginnings: string[]
}

/** What a text is looked for by; undefined when there is no word in it. */
export const wordQuery = (text: string, words: WordMatch, tokenizer: Tokenizer): WordQuery | undefined => {
  const asked = queryWords(text, words)
  const query = tokenizer === 'trigram' ? ofParts(asked, words) : ofWords(asked, words, tokenizer)
  return query.tokens.length || query.beginnings.length ? query : undefined
}

const ofWords = (asked: string[], words: WordMatch, tokenizer: Tokenizer): WordQuery => {
  const started = words === 'prefix' ? asked.at(-1) : undefined
  const whole = started === undefined ? asked : asked.slice(0, -1)
  const tokens = whole.flatMap((word) => wordsOf(word, tokenizer))
  const beginnings = started === undefined ? [] : termsOf(started, tokenizer).flatMap(encodeBeginnings)
  const conditions: Condition[] = []
  if (words === 'phrase') conditions.push(phrase(tokens))
  else if (words !== 'any' && tokens.length) conditions.push({ key: 'words', match: { text: tokens.join(' ') } })
  if (beginnings.length) conditions.push({ should: beginnings.map((prefix) => ({ key: 'terms', match: { prefix } })) })
  return { tokens, conditions, beginnings }
}

/** Each word is a part of the text: its trigrams one after the other. Shorter ones have none. */
const ofParts = (asked: string[], words: WordMatch): WordQuery => {
  const parts = (words === 'phrase' ? [asked.join(' ')] : asked)
    .map((part) => wordsOf(part, 'trigram'))
    .filter((tokens) => tokens.length)
  const phrases = parts.map(phrase)
  return {
    tokens: parts.flat(),
    conditions: words === 'any' && phrases.length ? [{ should: phrases }] : phrases,
    beginnings: [],
  }
}

const phrase = (tokens: string[]): Condition => ({ key: 'words', match: { phrase: tokens.join(' ') } })
