import type { Tokenizer, WordMatch } from '@rt/core'
import { queryWords } from '../../driver-kit/query-words.ts'
import { cutRuns, pairsOf, type TextPart } from '../../driver-kit/spaceless.ts'
import { type PairWriter, pairWriter } from './indexed-text.ts'

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
  const texts: string[] = []
  let terms = 0
  let open = false
  for (const [index, part] of parts.entries()) {
    const pairs = part.spaceless ? [...pairsOf(part.text)] : []
    terms += Math.max(1, pairs.length)
    // In the middle of the phrase a run ends where that of the text does; at its end the text may go on.
    const isLast = index === parts.length - 1 || terms > MAX_TERMS
    open = isLast && pairs.length === 1
    if (part.spaceless)
      texts.push(runText(pairs.slice(0, MAX_TERMS), { isTrigram, isLast, isFirst: index === 0, write }))
    else texts.push(part.text)
    if (isLast) break
  }
  const phrase = texts.join(' ')
  if (!isTrigram) return quoted(phrase) + (open ? '*' : '')
  return quoted([...phrase].length < 3 ? ` ${phrase} ` : phrase)
}

/** A run as it stands in the index, or, at the end of the phrase, as it begins there. */
const runText = (
  pairs: { first: string; second: string | undefined }[],
  { isTrigram, isLast, isFirst, write }: { isTrigram: boolean; isLast: boolean; isFirst: boolean; write: PairWriter },
): string => {
  const { first } = pairs[0]!
  if (isLast && pairs.length === 1) return isTrigram && !isFirst ? first : write.single(first)
  const written = pairs.flatMap((pair, place) => {
    const whole = pair.second === undefined ? [] : [write.pair(pair.first, pair.second)]
    const isEnd = place === pairs.length - 1
    const hasSingle = isTrigram ? !isEnd || !isLast : isEnd && !isLast
    return hasSingle ? [...whole, write.single(pair.first)] : whole
  })
  return written.join(isTrigram ? '' : ' ')
}
