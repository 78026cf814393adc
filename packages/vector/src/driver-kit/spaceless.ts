/**
 * Letters, digits and marks of scripts whose words are not kept apart by spaces; Korean too, whose words take endings.
 * No text index splits them, so they are looked for by pairs of characters: most Chinese words are two long.
 */
const SPACELESS = String.raw`[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}]&&[\p{L}\p{N}\p{M}]]`
const RUN: RegExp = new RegExp(`${SPACELESS}+`, 'gv')
/** All of those scripts lie above; half the time of the other, for the texts that have none. */
const MAYBE = /[\u0e00-\uffff]/

export const hasSpaceless = (text: string): boolean => MAYBE.test(text) && text.search(RUN) >= 0

export interface TextPart {
  text: string
  /** All of it is of such a script. */
  spaceless: boolean
}

/** A text in its runs of such scripts and what lies between. */
export const cutRuns = function* (text: string): Generator<TextPart> {
  let end = 0
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (index > end) yield { text: text.slice(end, index), spaceless: false }
    yield { text: run, spaceless: true }
    end = index + run.length
  }
  if (end < text.length) yield { text: text.slice(end), spaceless: false }
}

/** Each character of a run with the one behind it, which the last one lacks. In one of the ways Unicode has to write it. */
export const pairsOf = function* (run: string): Generator<{ first: string; second: string | undefined }> {
  let first: string | undefined
  for (const character of run.normalize('NFKC')) {
    if (first !== undefined) yield { first, second: character }
    first = character
  }
  if (first !== undefined) yield { first, second: undefined }
}
