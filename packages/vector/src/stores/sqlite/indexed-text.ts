import type { Tokenizer } from '@rt/core'
import { cutRuns, hasSpaceless, pairsOf } from '../../driver-kit/spaceless.ts'

/** Stands where no text has it, so that a pair of characters is three. */
const FILL = '\u{F8FF}'

/** unicode61 takes marks for spaces. In a private area of Unicode, whose characters it takes for letters, they stay. */
const asLetters = (characters: string): string =>
  characters.replaceAll(/\p{M}/gu, (mark) => String.fromCodePoint(0xf0000 + mark.codePointAt(0)!))

/** How pairs of characters are written for a tokenizer, in the index and in queries. */
export interface PairWriter {
  pair(first: string, second: string): string
  single(character: string): string
}

export const pairWriter = (tokenizer: Tokenizer): PairWriter =>
  tokenizer === 'trigram'
    ? { pair: (first, second) => first + second + FILL, single: (character) => character + FILL + FILL }
    : { pair: (first, second) => asLetters(first + second), single: asLetters }

/**
 * What goes into the text index: undefined where that is the text itself. Runs of scripts without spaces are written as
 * pairs of characters. For trigrams there is one space around each word, so that where words begin can be asked.
 *
 * @param pace lets the event loop in, see `createPacer`.
 */
export const indexedText = async (
  text: string,
  tokenizer: Tokenizer,
  pace: () => Promise<void> | undefined,
): Promise<string | undefined> => {
  const isTrigram = tokenizer === 'trigram'
  if (!isTrigram && !hasSpaceless(text)) return undefined
  const write = pairWriter(tokenizer)
  const pieces: string[] = isTrigram ? [' '] : []
  for (const part of cutRuns(text)) {
    if (part.spaceless) {
      pieces.push(' ')
      for (const { first, second } of pairsOf(part.text)) {
        if (second !== undefined) pieces.push(write.pair(first, second), isTrigram ? '' : ' ')
        // Words of one character are found by the beginning of a pair; trigrams cannot be asked for a beginning.
        if (second === undefined || isTrigram) pieces.push(write.single(first))
        const pause = pieces.length % 1024 < 2 ? pace() : undefined
        if (pause) await pause
      }
      pieces.push(' ')
    } else if (isTrigram) {
      for (const slice of slicesOf(part.text)) {
        pieces.push(slice.replaceAll(/[^\p{L}\p{N}\p{M}\p{Co}]+/gu, ' '))
        const pause = pace()
        if (pause) await pause
      }
    } else pieces.push(part.text)
  }
  if (isTrigram) pieces.push(' ')
  return isTrigram ? pieces.join('').replaceAll(/ {2,}/g, ' ') : pieces.join('')
}

const SLICE = 65_536

/** Short enough to be gone through without holding up the event loop. No surrogate pair is cut apart. */
const slicesOf = function* (text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = start + SLICE
    const isPair = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff
    const stop = isPair ? end + 1 : end
    yield text.slice(start, stop)
    start = stop
  }
}
