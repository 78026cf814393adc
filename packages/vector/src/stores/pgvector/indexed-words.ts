import { fold } from '../../driver-kit/fold.ts'
import { splitWords } from '../../driver-kit/query-words.ts'
import { cutRuns, pairsOf } from '../../driver-kit/spaceless.ts'

/** Longer words are cut: Postgres indexes none above 2 KB. */
const MAX_WORD = 200
/** So much of a text is indexed, at four bytes a character: a tsvector holds 1 MB, and a word may take twice its bytes. */
const MAX_INDEXED = 120_000

/** Words as they are indexed, with one space between. Runs of scripts without spaces are written in pairs of characters. */
export const indexedWords = (text: string): string => {
  const words = splitWords(fold(text.slice(0, MAX_INDEXED))).flatMap((word) =>
    [...cutRuns(word)].flatMap((part) => (part.spaceless ? writePairs(part.text, true) : cutWord(part.text))),
  )
  return words.join(' ').slice(0, MAX_INDEXED).toWellFormed()
}

/** Words as they are, for the tokenizer that finds their parts. */
export const plainWords = (text: string): string =>
  splitWords(fold(text.slice(0, MAX_INDEXED)))
    .map(cutWord)
    .join(' ')

/**
 * The pairs of a run.
 *
 * @param ends whether the run ends where it does, so that its last character stands for itself.
 */
export const writePairs = (run: string, ends: boolean): string[] =>
  [...pairsOf(run)].flatMap(({ first, second }) => (second === undefined ? (ends ? first : []) : first + second))

export const cutWord = (word: string): string =>
  word.length > MAX_WORD ? word.slice(0, MAX_WORD).toWellFormed() : word
