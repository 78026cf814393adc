import type { Tokenizer } from '@rt/core'
import { fold } from '../../../driver-kit/fold.ts'
import { splitWords } from '../../../driver-kit/query-words.ts'
import { cutRuns, pairsOf } from '../../../driver-kit/spaceless.ts'
import { encodeWord } from './encode-word.ts'
import { porterStem } from './porter.ts'

export interface TextWords {
  /** Tokens one after the other, as a phrase has them: words; of scripts without spaces pairs of characters. */
  stream: string[]
  /** Single characters of such scripts, to be looked for alone. */
  characters: string[]
}

/** A text as the tokens of its words: what is stored of it. */
export const wordsOf = (text: string, tokenizer: Tokenizer): TextWords => {
  const found: TextWords = { stream: [], characters: [] }
  for (const part of cutRuns(text)) {
    if (!part.spaceless) {
      const terms =
        tokenizer === 'trigram'
          ? trigramsOf(` ${splitWords(part.text.toLowerCase()).join(' ')} `)
          : termsOf(part.text, tokenizer)
      for (const term of terms) found.stream.push(encodeWord(term))
      continue
    }
    for (const { first, second } of pairsOf(part.text)) {
      found.stream.push(encodeWord(second === undefined ? first : first + second))
      if (second !== undefined) found.characters.push(encodeWord(first))
    }
  }
  return found
}

/** The words of a text of other scripts, or their stems. */
export const termsOf = (text: string, tokenizer: Tokenizer): string[] => {
  const words = splitWords(fold(text))
  return tokenizer === 'porter' ? words.map(porterStem) : words
}

/** Any three characters in a row. */
export const trigramsOf = (text: string): string[] => {
  const characters = [...text]
  return characters.slice(2).map((last, index) => characters[index]! + characters[index + 1]! + last)
}
