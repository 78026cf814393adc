import type { Tokenizer } from '@rt/core'
import { splitWords } from '../../../driver-kit/query-words.ts'
import { encodeWord } from './encode-word.ts'
import { porterStem } from './porter.ts'

/** A text as the tokens of its words, in their order: what is stored of it, and what is looked for. */
export const wordsOf = (text: string, tokenizer: Tokenizer): string[] => termsOf(text, tokenizer).map(encodeWord)

/** Before they are encoded: stems, words or trigrams. */
export const termsOf = (text: string, tokenizer: Tokenizer): string[] => {
  if (tokenizer === 'trigram') return trigramsOf(text)
  const words = splitWords(fold(text))
  return tokenizer === 'porter' ? words.map(porterStem) : words
}

/** Any three characters in a row, without case. */
const trigramsOf = (text: string): string[] => {
  const characters = [...text.toLowerCase()]
  return characters.slice(2).map((last, index) => characters[index]! + characters[index + 1]! + last)
}

/** Without case, and Latin letters without accents. */
const fold = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/(?<=\p{Script=Latin}\p{M}*)[\u0300-\u036F]/gu, '')
    .normalize('NFC')
    .replaceAll('ς', 'σ')
