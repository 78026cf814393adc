import type { Tokenizer, WordMatch } from '@rt/core'
import { queryWords } from '../../driver-kit/query-words.ts'
import { cutRuns, pairsOf, type TextPart } from '../../driver-kit/spaceless.ts'
import { pairWriter } from './indexed-text.ts'

/** Of one query: long runs of characters have many. */
const MAX_TERMS = 64

/**
 * User text as an FTS5 query: its words, quoted. A quoted string is no syntax, so nothing a user types can reach the
 * query language. Undefined when the text has no word (emoji, punctuation).
 */
export const matchExpression = (text: string, words: WordMatch, tokenizer: Tokenizer): string | undefined => {
  const found = queryWords(text, words)
  if (!found.length) return undefined
  if (words === 'phrase') return phraseOf(found, tokenizer)
  const terms = found.flatMap((word, index) =>
    termsOf(word, tokenizer, words === 'prefix' && index === found.length - 1),
  )
  return [...new Set(terms)].slice(0, MAX_TERMS).join(words === 'any' ? ' OR ' : ' AND ')
}

const partsOf = (word: string): TextPart[] => [...cutRuns(word)].filter(({ text }) => /[\p{L}\p{N}\p{Co}]/u.test(text))

const quoted = (word: string): string => `"${word}"`

/** @param begun that is being typed: it is looked for as a beginning. */
const termsOf = (word: string, tokenizer: Tokenizer, begun: boolean): string[] => {
  const parts = partsOf(word)
  return parts.flatMap((part, index) => {
    if (part.spaceless) return pairTerms(part.text, tokenizer)
    return wordTerm(part.text, tokenizer, begun && index === parts.length - 1)
  })
}

/** Of an only character the index has the pairs that begin with it. */
const pairTerms = (run: string, tokenizer: Tokenizer): string[] => {
  const write = pairWriter(tokenizer)
  const pairs = [...pairsOf(run)]
  if (pairs.length === 1) return [quoted(write.single(pairs[0]!.first)) + (tokenizer === 'trigram' ? '' : '*')]
  return pairs.flatMap(({ first, second }) => (second === undefined ? [] : quoted(write.pair(first, second))))
}

const wordTerm = (word: string, tokenizer: Tokenizer, begun: boolean): string => {
  if (tokenizer !== 'trigram') return quoted(word) + (begun ? '*' : '')
  const { length } = [...word]
  if (length > 2) return quoted(begun ? ` ${word}` : word)
  // Shorter than what the index has: with the space before or behind it.
  return length === 2 && begun ? quoted(` ${word}`) : length === 2 ? `(" ${word}" OR "${word} ")` : quoted(` ${word} `)
}

const phraseOf = (words: string[], tokenizer: Tokenizer): string => {
  const isTrigram = tokenizer === 'trigram'
  const write = pairWriter(tokenizer)
  const parts = words.flatMap(partsOf)
  let open = false
  const texts = parts.slice(0, MAX_TERMS).map((part, index) => {
    if (!part.spaceless) return part.text
    // In the middle of the phrase a run ends where that of the text does; at its end the text may go on.
    const isLast = index === parts.length - 1
    const pairs = [...pairsOf(part.text)].slice(0, MAX_TERMS)
    open = isLast && pairs.length === 1
    const written = pairs.flatMap(({ first, second }, place) => {
      const single = isTrigram ? place < pairs.length - 1 || !isLast || open : second === undefined && (!isLast || open)
      return [...(second === undefined ? [] : [write.pair(first, second)]), ...(single ? [write.single(first)] : [])]
    })
    return written.join(isTrigram ? '' : ' ')
  })
  const phrase = texts.join(' ')
  if (!isTrigram) return quoted(phrase) + (open ? '*' : '')
  return quoted([...phrase].length < 3 ? ` ${phrase} ` : phrase)
}
