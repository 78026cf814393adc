import type { Tokenizer, WordMatch } from '@rt/core'
import type { Bindings } from './bindings.ts'
import { type Layout, quoteText } from './layout.ts'

/** Terms of one query; more than this only costs time. */
const MAX_TERMS = 64
/** Longer words are cut: Postgres indexes none above 2 KB. */
const MAX_WORD = 200
/** So much of a text is indexed, at four bytes a character: a tsvector holds 1 MB, and a word may take twice its bytes. */
const MAX_INDEXED = 120_000

/** Words as they are indexed and looked for, in lower case and without accents, with one space between. */
export const indexedWords = (text: string): string => wordsOf(text).join(' ').slice(0, MAX_INDEXED).toWellFormed()

/** Letters, digits and marks: what else there is separates, so that nothing in a word is syntax anywhere. */
const wordsOf = (text: string): string[] =>
  (
    text
      .normalize('NFD')
      .replaceAll(/[\u0300-\u036F]/g, '')
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
  )
    .filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word))
    .map((word) => (word.length > MAX_WORD ? word.slice(0, MAX_WORD).toWellFormed() : word))

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
  const words = wordsOf(text)
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
  const own = configuration(layout, tokenizer)
  const lexemes = (config: string, some: string[]): string =>
    some.map((term) => `plainto_tsquery(${config}, ${term})`).join(match === 'any' ? ' || ' : ' && ')
  /** Stop words count only when there is nothing else. */
  const telling = (some: string[]): string => {
    const all = `(${lexemes(own, some)})`
    if (tokenizer !== 'porter') return all
    const strict = lexemes("'pg_catalog.english'::regconfig", some)
    return `(CASE WHEN numnode(${strict}) > 0 THEN ${strict} ELSE ${all} END)`
  }
  const query = (): string => {
    if (match === 'phrase') return `phraseto_tsquery(${own}, ${bind(words.slice(0, MAX_TERMS).join(' '))}::text)`
    const isPrefix = match === 'prefix'
    const whole = (isPrefix ? [...new Set(words.slice(0, -1))] : [...new Set(words)]).slice(0, MAX_TERMS)
    const before = whole.map((term) => `${bind(term)}::text`)
    if (!isPrefix) return telling(before)
    const last = `${bind(words.at(-1)!)}::text`
    const asTyped = `(quote_literal(${last}) || ':*')::tsquery`
    const stem = `(ts_lexize(${quoteText(`${layout.schema}.stem`)}::regdictionary, ${last}))[1]`
    const beginning =
      tokenizer === 'porter' ? `(${asTyped} || (quote_literal(coalesce(${stem}, ${last})) || ':*')::tsquery)` : asTyped
    return before.length ? `${telling(before)} && ${beginning}` : beginning
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
