import type { Tokenizer, WordMatch } from '@rt/core'
import { fold } from '../../driver-kit/fold.ts'
import { queryWords } from '../../driver-kit/query-words.ts'
import { cutRuns } from '../../driver-kit/spaceless.ts'
import { cutWord, writePairs } from './indexed-words.ts'
import type { Bindings } from './bindings.ts'
import { type Layout, quoteText } from './layout.ts'

/** Terms of one query; more than this only costs time. */
const MAX_TERMS = 64
/** The SQL of `words` for indexed words that are bound or a column. */
export const toWords = (layout: Layout, tokenizer: Tokenizer, words: string): string =>
  tokenizer === 'trigram' ? words : `to_tsvector(${configuration(layout, tokenizer)}, ${words})`

const configuration = ({ schema }: Layout, tokenizer: Tokenizer): string =>
  `${quoteText(tokenizer === 'porter' ? `${schema}.porter` : 'pg_catalog.simple')}::regconfig`

export interface WordQuery {
  /** A condition on `r.words`. */
  condition: string
  /** Its rank, higher is better; above 0. */
  rank: string
  /** What both read from, beside the records. */
  from: string
}

/** Undefined when the text has no word (emoji, punctuation). */
export const matchWords = (
  text: string,
  match: WordMatch,
  { layout, tokenizer }: { layout: Layout; tokenizer: Tokenizer },
  { bind }: Bindings,
): WordQuery | undefined => {
  const words = queryWords(fold(text), match).map(cutWord)
  if (!words.length) return undefined
  return tokenizer === 'trigram'
    ? matchParts(words, match, bind)
    : matchLexemes(words, match, { layout, tokenizer }, bind)
}

type Bind = Bindings['bind']

const matchLexemes = (
  words: string[],
  match: WordMatch,
  { layout, tokenizer }: { layout: Layout; tokenizer: Tokenizer },
  bind: Bind,
): WordQuery => {
  const config = configuration(layout, tokenizer)
  const whole = (lexemes: string): string => `plainto_tsquery(${config}, ${bind(lexemes)}::text)`
  const beginning = (lexeme: string): string => {
    const bound = `${bind(lexeme)}::text`
    const begins = (value: string): string => `(quote_literal(${value}) || ':*')::tsquery`
    if (tokenizer !== 'porter') return begins(bound)
    // A word that is not finished has no stem to be found by, a finished one is found by that alone.
    const stem = `(ts_lexize(${quoteText(`${layout.schema}.stem`)}::regdictionary, ${bound}))[1]`
    return `(${begins(bound)} || ${begins(`coalesce(${stem}, ${bound})`)})`
  }
  const query = (): string => {
    const terms = termsOf(words, match).slice(0, MAX_TERMS)
    if (match !== 'phrase')
      return terms
        .map(({ text, begins }) => (begins ? beginning(text) : whole(text)))
        .join(match === 'any' ? ' || ' : ' && ')
    const last = terms.at(-1)?.begins ? terms.pop() : undefined
    const before = terms.length
      ? [`phraseto_tsquery(${config}, ${bind(terms.map(({ text }) => text).join(' '))}::text)`]
      : []
    return [...before, ...(last ? [beginning(last.text)] : [])].join(' <-> ')
  }
  return {
    from: `(SELECT ${query()} AS query OFFSET 0) q`,
    condition: 'r.words @@ q.query',
    // 1: divided by one plus the logarithm of the length.
    rank: 'ts_rank_cd(r.words, q.query, 1)::float8',
  }
}

interface Term {
  text: string
  /** It is looked for as a beginning. */
  begins: boolean
}

/** What stands for the words in the index. Of an only character that has the pairs which begin with it. */
const termsOf = (words: string[], match: WordMatch): Term[] =>
  words.flatMap((word, index) => {
    const isLastWord = index === words.length - 1
    const parts = [...cutRuns(word)].filter(({ text }) => /[\p{L}\p{N}\p{Co}]/u.test(text))
    return parts.flatMap(({ text, spaceless }, place): Term[] => {
      const isLast = isLastWord && place === parts.length - 1
      if (!spaceless) return [{ text, begins: match === 'prefix' && isLast }]
      // In the middle of a phrase a run ends where that of the text does; at its end the text may go on.
      const ends = match === 'phrase' && !isLast
      const pairs = writePairs(text, ends).map((pair) => ({ text: pair, begins: false }))
      return pairs.length ? pairs : [{ text: text.normalize('NFKC'), begins: true }]
    })
  })

/** Parts of words by LIKE, which the trigrams of pg_trgm answer. */
const matchParts = (words: string[], match: WordMatch, bind: Bind): WordQuery => {
  const parts = match === 'any' ? words.flatMap(trigramsOf) : match === 'phrase' ? [words.join(' ')] : words
  const bound = [...new Set(parts)].slice(0, MAX_TERMS).map((part) => `${bind(part)}::text`)
  // A word has no character that means something to LIKE.
  const tests = bound.map((part) => `r.words LIKE '%' || ${part} || '%'`)
  const counts = bound.map(
    (part) => `ln(1 + (length(r.words) - length(replace(r.words, ${part}, '')))::float8 / length(${part}))`,
  )
  return {
    from: '(SELECT 1) q',
    condition: `(${tests.join(match === 'any' ? ' OR ' : ' AND ')})`,
    rank: `(${counts.join(' + ')}) / (1 + ln(1 + length(r.words)))`,
  }
}

const trigramsOf = (word: string): string[] => {
  const characters = Array.from(word)
  if (characters.length <= 3) return [word]
  return Array.from({ length: characters.length - 2 }, (_, at) => characters.slice(at, at + 3).join(''))
}
