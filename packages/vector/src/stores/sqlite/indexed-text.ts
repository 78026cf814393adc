import type { Tokenizer } from '@rt/core'
import { cutRuns, hasSpaceless } from '../../driver-kit/spaceless.ts'

/** Stands where no text has it, so that a pair of characters is three. */
const FILL = '\u{F8FF}'

/** unicode61 takes marks for spaces. In a private area of Unicode, whose characters it takes for letters, they stay. */
const asLetters = (characters: string): string =>
  hasMark(characters) ? characters.replaceAll(/\p{M}/gu, asLetter) : characters

const hasMark = (characters: string): boolean => /\p{M}/u.test(characters)
const asLetter = (mark: string): string => String.fromCodePoint(0xf0000 + mark.codePointAt(0)!)

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
  let written = ' '
  for (const part of cutRuns(text)) {
    const slices = part.spaceless || isTrigram ? slicesOf(part.text) : [part.text]
    let last = ''
    for (const slice of slices) {
      if (part.spaceless) written += ` ${pairsText(last + slice, write, isTrigram)}`
      else written += isTrigram ? slice.replaceAll(/[^\p{L}\p{N}\p{M}\p{Co}]+/gu, ' ') : slice
      last = part.spaceless ? Array.from(slice.slice(-2)).at(-1)! : ''
      const pause = pace()
      if (pause) await pause
    }
    written += ' '
  }
  return isTrigram ? written.replaceAll(/ {2,}/g, ' ') : written
}

/** All pairs, and the last character alone. */
const pairsText = (run: string, { pair, single }: PairWriter, isTrigram: boolean): string => {
  let text = ''
  let first = ''
  for (const character of run.normalize('NFKC')) {
    if (first) text += isTrigram ? pair(first, character) + single(first) : `${pair(first, character)} `
    first = character
  }
  // Words of one character are found by the beginning of a pair; trigrams cannot be asked for a beginning.
  return text + single(first)
}

const SLICE = 16_384

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
