import type { Tokenizer, WordMatch } from '@rt/core'
import { queryWords, splitWords } from '../../driver-kit/query-words.ts'
import type { Bindings } from './bindings.ts'
import { type Layout, quoteText } from './layout.ts'

/** Parts of words in one query; more than this only costs time. */
const MAX_PARTS = 64
/** Longer words are cut: Postgres indexes none above 2 KB. */
const MAX_WORD = 200
/** So much of a text is indexed, at four bytes a character: a tsvector holds 1 MB, and a word may take twice its bytes. */
const MAX_INDEXED = 120_000

/** Words as they are indexed and looked for, in lower case and without accents, with one space between. */
export const indexedWords = (text: string): string => wordsOf(text).join(' ').slice(0, MAX_INDEXED).toWellFormed()

const wordsOf = (text: string): string[] => splitWords(fold(text)).map(cut)

/** As FTS5 of SQLite folds them: the marks of other scripts than Latin, Greek and Cyrillic are part of their words. */
const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036F]/g, '')
    .normalize('NFC')
    .toLowerCase()

const cut = (word: string): string => (word.length > MAX_WORD ? word.slice(0, MAX_WORD).toWellFormed() : word)

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
  const words = queryWords(fold(text), match).map(cut)
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
  const lexemes = (some: string[]): string[] => some.map((word) => `plainto_tsquery(${config}, ${bind(word)}::text)`)
  const query = (): string => {
    if (match === 'phrase') return `phraseto_tsquery(${config}, ${bind(words.join(' '))}::text)`
    if (match !== 'prefix') return lexemes(words).join(match === 'any' ? ' || ' : ' && ')
    const last = `${bind(words.at(-1))}::text`
    const beginning = (lexeme: string): string => `(quote_literal(${lexeme}) || ':*')::tsquery`
    const stem = `(ts_lexize(${quoteText(`${layout.schema}.stem`)}::regdictionary, ${last}))[1]`
    // A word that is not finished has no stem to be found by, a finished one is found by that alone.
    const either =
      tokenizer === 'porter' ? `(${beginning(last)} || ${beginning(`coalesce(${stem}, ${last})`)})` : beginning(last)
    return [...lexemes(words.slice(0, -1)), either].join(' && ')
  }
  return {
    from: `(SELECT ${query()} AS query OFFSET 0) q`,
    condition: 'r.words @@ q.query',
    // 1: divided by one plus the logarithm of the length.
    rank: 'ts_rank_cd(r.words, q.query, 1)::float8',
  }
}

/** Parts of words by LIKE, which the trigrams of pg_trgm answer. */
const matchParts = (words: string[], match: WordMatch, bind: Bind): WordQuery => {
  const parts = match === 'any' ? words.flatMap(trigramsOf) : match === 'phrase' ? [words.join(' ')] : words
  const bound = [...new Set(parts)].slice(0, MAX_PARTS).map((part) => `${bind(part)}::text`)
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
