import type { Tokenizer, WordMatch } from '@rt/core'
import type { FullTextQuery } from '@lancedb/lancedb'
import { fold } from '../../driver-kit/fold.ts'
import { queryWords } from '../../driver-kit/query-words.ts'
import { cutRuns, pairsOf, type TextPart } from '../../driver-kit/spaceless.ts'
import { singleToken, trigramsOf } from './indexed-words.ts'
import type { Libraries } from './load-lancedb.ts'

/** Of one query: long runs of characters have many. */
const MAX_TERMS = 64

/** Ways to find one term; each is tokens of the index, one after the other. */
type Term = string[][]

/** What a query of a user asks of the text index. */
export interface WordQuery {
  /** All of these, or `any`. */
  terms: Term[]
  any: boolean
  /** A word that begins like this has to be there as well. */
  beginning: string | undefined
}

/** Undefined when the text has no word to look for. */
export const readWordQuery = (text: string, words: WordMatch, tokenizer: Tokenizer): WordQuery | undefined => {
  const found = queryWords(fold(text), words)
  if (!found.length) return undefined
  if (words === 'phrase')
    return { terms: phraseTerms(found.flatMap(partsOf), tokenizer), any: false, beginning: undefined }
  let beginning: string | undefined
  const terms = found.flatMap((word, index) => {
    const parts = partsOf(word)
    return parts.flatMap((part, place): Term[] => {
      const begun = words === 'prefix' && index === found.length - 1 && place === parts.length - 1
      if (part.spaceless) return pairTerms(part.text)
      if (tokenizer === 'trigram') return [trigramTerm(part.text, begun)]
      if (!begun) return [[[part.text]]]
      beginning = part.text
      return []
    })
  })
  return { terms: terms.slice(0, MAX_TERMS), any: words === 'any', beginning }
}

/**
 * The same in LanceDB's query objects: structures, so that no text is read as syntax.
 *
 * @param endings words that begin as the query says.
 */
export const toTextQuery = (
  { lancedb: { BooleanQuery, MatchQuery, Occur, Operator, PhraseQuery } }: Libraries,
  { terms, any }: WordQuery,
  endings: readonly string[],
): FullTextQuery => {
  const row = (tokens: string[]): FullTextQuery =>
    tokens.length > 1 ? new PhraseQuery(tokens.join(' '), 'words') : new MatchQuery(tokens[0]!, 'words')
  const all = (occur: 'any' | 'all', queries: FullTextQuery[]): FullTextQuery =>
    queries.length === 1
      ? queries[0]!
      : new BooleanQuery(queries.map((query) => [occur === 'any' ? Occur.Should : Occur.Must, query]))
  const queries = terms.map((ways) => all('any', ways.map(row)))
  if (endings.length) queries.push(new MatchQuery(endings.join(' '), 'words', { operator: Operator.Or }))
  return all(any ? 'any' : 'all', queries)
}

const partsOf = (word: string): TextPart[] => [...cutRuns(word)].filter(({ text }) => /[\p{L}\p{N}\p{Co}]/u.test(text))

/** Pairs of a run; of an only character itself. */
const pairTerms = (run: string): Term[] => {
  const pairs = [...pairsOf(run)]
  if (pairs.length === 1) return [[[singleToken(pairs[0]!.first)]]]
  return pairs.flatMap(({ first, second }): Term[] => (second === undefined ? [] : [[[first + second]]]))
}

/** Words shorter than a trigram are looked for with the space before or behind them. */
const trigramTerm = (word: string, begun: boolean): Term => {
  const { length } = [...word]
  if (length > 2) return [trigramsOf(begun ? ` ${word}` : word)]
  if (length < 2) return [trigramsOf(` ${word} `)]
  return begun ? [trigramsOf(` ${word}`)] : [trigramsOf(` ${word}`), trigramsOf(`${word} `)]
}

/** One term for the phrase; a single character at its end is one of its own, for the index has no row that ends in it. */
const phraseTerms = (parts: TextPart[], tokenizer: Tokenizer): Term[] => {
  const tokens: string[] = []
  const terms: Term[] = []
  for (const [index, part] of parts.slice(0, MAX_TERMS).entries()) {
    const isLast = index === parts.length - 1
    if (part.spaceless) {
      const pairs = [...pairsOf(part.text)].slice(0, MAX_TERMS)
      // In the middle a run ends where that of the text does; at the end the text may go on.
      for (const { first, second } of pairs)
        if (second !== undefined) tokens.push(first + second)
        else if (!isLast) tokens.push(first)
        else if (pairs.length === 1) terms.push([[singleToken(first)]])
    } else if (tokenizer !== 'trigram') tokens.push(part.text)
    else {
      // Words next to each other share the space between them.
      const isInner = index > 0 && !parts[index - 1]!.spaceless
      if (isInner) continue
      const words = parts.slice(index, wordsEnd(parts, index)).map(({ text }) => text)
      const text = `${index > 0 ? ' ' : ''}${words.join(' ')}${wordsEnd(parts, index) < parts.length ? ' ' : ''}`
      tokens.push(...trigramsOf([...text].length < 3 ? ` ${text.trim()} ` : text))
    }
  }
  if (tokens.length) terms.unshift([tokens])
  return terms
}

/** The place behind the words that begin at `start`. */
const wordsEnd = (parts: TextPart[], start: number): number => {
  const next = parts.findIndex(({ spaceless }, index) => index > start && spaceless)
  return next === -1 ? parts.length : next
}
