import type { Tokenizer, WordMatch } from '@rt/core'
import { queryWords } from '../../../driver-kit/query-words.ts'
import { cutRuns, pairsOf, type TextPart } from '../../../driver-kit/spaceless.ts'
import type { Condition } from '../filter/translate-filter.ts'
import { encodeBeginnings, encodeWord } from './encode-word.ts'
import { phraseTokens } from './phrase-tokens.ts'
import { termsOf, trigramsOf } from './words-of.ts'

export interface WordQuery {
  /** What a text is weighed by. */
  tokens: string[]
  /** What must hold of its words. */
  conditions: Condition[]
  /** Beginnings, one of which a word of it must have: what they begin is to be found out and weighed too. */
  beginnings: string[]
}

/** Long runs of characters have many. */
const MAX_NEEDS = 64

/** What a text is looked for by; undefined when there is no word in it. */
export const wordQuery = (text: string, words: WordMatch, tokenizer: Tokenizer): WordQuery | undefined => {
  const asked = queryWords(text, words)
  if (!asked.length) return undefined
  if (words === 'phrase') return ofPhrase(asked.flatMap(partsOf), tokenizer)
  const needs = asked
    .flatMap((word, index) => needsOf(word, tokenizer, words === 'prefix' && index === asked.length - 1))
    .slice(-MAX_NEEDS)
  const conditions = needs.map(({ condition }) => condition)
  // Having one of the tokens is what a sparse vector finds; only trigrams are less than the word they are of.
  const any: Condition[] = tokenizer === 'trigram' ? [{ should: conditions }] : []
  return {
    tokens: needs.flatMap(({ tokens }) => tokens),
    conditions: words === 'any' ? any : conditions,
    beginnings: needs.flatMap(({ beginnings = [] }) => beginnings),
  }
}

interface Need {
  tokens: string[]
  condition: Condition
  beginnings?: string[]
}

export const partsOf = (word: string): TextPart[] =>
  [...cutRuns(word)].filter(({ text }) => /[\p{L}\p{N}\p{Co}]/u.test(text))

/** @param begun that is being typed: it is looked for as a beginning. */
const needsOf = (word: string, tokenizer: Tokenizer, begun: boolean): Need[] => {
  const parts = partsOf(word)
  return parts.flatMap(({ text, spaceless }, index) => {
    if (spaceless) return ofPairs(text)
    const isBegun = begun && index === parts.length - 1
    if (tokenizer === 'trigram') return ofPart(text, isBegun)
    return termsOf(text, tokenizer).map((term) => (isBegun ? ofBeginning(term) : ofTokens([encodeWord(term)])))
  })
}

const has = (token: string): Condition => ({ key: 'terms', match: { value: token } })

const phrase = (tokens: string[]): Condition => ({ key: 'words', match: { phrase: tokens.join(' ') } })

/** One of them. */
const ofTokens = (tokens: string[]): Need => ({
  tokens,
  condition: tokens.length === 1 ? has(tokens[0]!) : { should: tokens.map(has) },
})

const ofBeginning = (term: string): Need => {
  const beginnings = encodeBeginnings(term)
  return {
    tokens: [],
    condition: { should: beginnings.map((prefix) => ({ key: 'terms', match: { prefix } })) },
    beginnings,
  }
}

const ofPairs = (run: string): Need[] => {
  const pairs = [...pairsOf(run)]
  if (pairs.length === 1) return [ofTokens([encodeWord(pairs[0]!.first)])]
  return pairs.flatMap(({ first, second }) => (second === undefined ? [] : ofTokens([encodeWord(first + second)])))
}

/** A part of a word, by its trigrams one after the other; shorter ones by those with the space beside them. */
const ofPart = (word: string, begun: boolean): Need => {
  const { length } = [...word]
  if (length > 2) {
    const tokens = trigramsOf(begun ? ` ${word}` : word).map(encodeWord)
    return { tokens, condition: phrase(tokens) }
  }
  const written = length === 1 ? [` ${word} `] : begun ? [` ${word}`] : [` ${word}`, `${word} `]
  return ofTokens(written.map(encodeWord))
}

const ofPhrase = (parts: TextPart[], tokenizer: Tokenizer): WordQuery | undefined => {
  const { stream, last } = phraseTokens(parts, tokenizer)
  // An only character at the end may be followed by any: that it stands there at all is what can be asked.
  const conditions = [...(stream.length ? [phrase(stream)] : []), ...(last === undefined ? [] : [has(last)])]
  return conditions.length
    ? { tokens: [...stream, ...(last === undefined ? [] : [last])], conditions, beginnings: [] }
    : undefined
}
