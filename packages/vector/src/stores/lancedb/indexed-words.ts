import type { Tokenizer } from '@rt/core'
import { fold } from '../../driver-kit/fold.ts'
import { splitWords } from '../../driver-kit/query-words.ts'
import { cutRuns, pairsOf } from '../../driver-kit/spaceless.ts'

/** Stands for white space in a trigram: Lance ends tokens at white space. */
const SPACE = '\u2581'
/** Before a single character of a script without spaces: no word of a text begins so. */
const SINGLE = '\u{F8FF}'

/**
 * What the text index reads of a text: its words in lower case without accents, or its trigrams; of scripts without spaces
 * pairs of characters. Taken apart here, not by Lance, so that words are the same in all stores; stemming is left to
 * Lance. Null for a text without a word.
 */
export const indexedWords = (text: string | undefined, tokenizer: Tokenizer): string | null => {
  const tokens: string[] = []
  const singles: string[] = []
  for (const part of cutRuns(text ?? '')) {
    if (!part.spaceless) tokens.push(...wordTokens(part.text, tokenizer))
    else
      for (const { first, second } of pairsOf(part.text)) {
        tokens.push(second === undefined ? first : first + second)
        singles.push(singleToken(first))
      }
  }
  // Behind the rest: between pairs they would stand in the way of phrases.
  return tokens.length ? [...tokens, ...new Set(singles)].join(' ') : null
}

export const singleToken = (character: string): string => SINGLE + character

export const trigramsOf = (text: string): string[] => {
  const characters = [...text.replaceAll(' ', SPACE)]
  return characters.slice(2).map((last, index) => characters[index]! + characters[index + 1]! + last)
}

/** Trigrams have one space around each word, so that where words begin and end can be asked. */
const wordTokens = (text: string, tokenizer: Tokenizer): string[] => {
  const words = splitWords(fold(text))
  if (tokenizer !== 'trigram') return words
  return words.length ? trigramsOf(` ${words.join(' ')} `) : []
}
