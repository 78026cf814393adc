import type { Tokenizer, WordMatch } from '@rt/core'
import { queryWords, splitWords } from '../../driver-kit/query-words.ts'
import type { Libraries } from './load-lancedb.ts'
import type { FullTextQuery, Table } from '@lancedb/lancedb'

/** Stands for white space inside a trigram, which itself ends at white space. */
const SPACE = '\u2581'

/**
 * What the text index reads of a text: its words in lower case without accents, or its trigrams, with spaces between.
 * Taken apart here, not by Lance, so that words are the same in all stores; stemming is left to Lance. Null for a text
 * without a word.
 */
export const indexedWords = (text: string | undefined, tokenizer: Tokenizer): string | null => {
  const words = text === undefined ? [] : tokenizer === 'trigram' ? trigrams(text) : splitWords(fold(text))
  return words.length ? words.join(' ') : null
}

export const createTextIndex = async ({ lancedb }: Libraries, table: Table, tokenizer: Tokenizer): Promise<void> => {
  const config = lancedb.Index.fts({
    baseTokenizer: 'whitespace',
    withPosition: true,
    stem: tokenizer === 'porter',
    language: 'English',
    lowercase: false,
    asciiFolding: false,
    removeStopWords: false,
    maxTokenLength: 1_000_000,
  })
  await table.createIndex('words', { config })
}

/** What a query of a user asks of the text index. */
export interface WordQuery {
  /** All of these, or `any`. Words; of trigrams, texts that stand in the record as they are. */
  terms: string[]
  any: boolean
  /** The terms one after the other. */
  phrase: boolean
  /** A word that begins like this has to be among them. */
  beginning: string | undefined
}

/** Undefined when the text has no word to look for. */
export const readWordQuery = (text: string, words: WordMatch, tokenizer: Tokenizer): WordQuery | undefined => {
  const query = { any: words === 'any', phrase: words === 'phrase', beginning: undefined }
  if (tokenizer === 'trigram') {
    // Any part of a word is found, a beginning too. Shorter parts than three characters cannot be looked for.
    const parts = words === 'phrase' ? [fold(text).trim()] : queryWords(fold(text), words)
    const terms = parts.map((part) => trigrams(part).join(' ')).filter((part) => part !== '')
    return terms.length ? { ...query, terms, phrase: false } : undefined
  }
  const terms = queryWords(fold(text), words)
  if (!terms.length) return undefined
  return words === 'prefix' ? { ...query, terms: terms.slice(0, -1), beginning: terms.at(-1)! } : { ...query, terms }
}

/**
 * The same in LanceDB's query objects: structures, so that no text is read as syntax.
 *
 * @param endings words that begin as the query says.
 */
export const toTextQuery = (
  { lancedb: { BooleanQuery, MatchQuery, Occur, Operator, PhraseQuery } }: Libraries,
  { terms, any, phrase, beginning }: WordQuery,
  endings: readonly string[],
): FullTextQuery => {
  const find = (term: string): FullTextQuery =>
    term.includes(' ') ? new PhraseQuery(term, 'words') : new MatchQuery(term, 'words')
  if (phrase) return find(terms.join(' '))
  const occur = any ? Occur.Should : Occur.Must
  const parts = terms.map((term): [typeof occur, FullTextQuery] => [occur, find(term)])
  if (beginning !== undefined)
    parts.push([Occur.Must, new MatchQuery(endings.join(' '), 'words', { operator: Operator.Or })])
  return parts.length === 1 ? parts[0]![1] : new BooleanQuery(parts)
}

/** Lower case, and Latin letters without their accents. */
const fold = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036F]/g, '')
    .normalize('NFC')

const trigrams = (text: string): string[] => {
  const characters = [...fold(text).replaceAll(/\s/gu, SPACE)]
  return characters.slice(2).map((_, index) => characters.slice(index, index + 3).join(''))
}
