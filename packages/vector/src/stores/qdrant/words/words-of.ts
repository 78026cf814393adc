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

/**
 * A text as the tokens of its words: what is stored of it.
 *
 * @param pace lets the event loop in, see `createPacer`.
 */
export const wordsOf = async (
  text: string,
  tokenizer: Tokenizer,
  pace: () => Promise<void> | undefined,
): Promise<TextWords> => {
  const found: TextWords = { stream: [], characters: [] }
  for (const part of cutRuns(text)) {
    if (part.spaceless)
      for (const { first, second } of pairsOf(part.text)) {
        found.stream.push(encodeWord(first + (second ?? '')))
        if (second !== undefined) found.characters.push(encodeWord(first))
      }
    else {
      // One space around each word, so that where words begin can be asked.
      let written = ' '
      for (const piece of piecesOf(part.text)) {
        const terms = tokenizer === 'trigram' ? splitWords(piece.toLowerCase()) : termsOf(piece, tokenizer)
        if (tokenizer === 'trigram' && terms.length) {
          written = `${[...written].slice(-2).join('')}${terms.join(' ')} `
          for (const trigram of trigramsOf(written)) found.stream.push(encodeWord(trigram))
        } else for (const term of terms) found.stream.push(encodeWord(term))
        const pause = pace()
        if (pause) await pause
      }
    }
    const pause = pace()
    if (pause) await pause
  }
  return found
}

const PIECE = 8192

/** Short enough to be gone through at once; cut behind spaces, where there are any. */
const piecesOf = function* (text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const next = text.length - start <= PIECE ? -1 : text.slice(start + PIECE, start + 2 * PIECE).search(/\s/)
    const end = text.length - start <= PIECE ? text.length : start + PIECE + (next < 0 ? PIECE : next + 1)
    yield text.slice(start, end)
    start = end
  }
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
