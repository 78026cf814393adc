import { sentences } from './sentences.ts'

/** What a text says, for comparing it with another: figures, names, and words that carry meaning. */
export interface Terms {
  /** Numbers in one spelling: `1,000.50` is `1000.5`. */
  numbers: Set<string>
  /** Capitalised words, except at the start of a sentence, where the capital means nothing. */
  names: Set<string>
  /** All words but the most common ones, lower-case, without plural and genitive `s`. */
  words: Set<string>
}

const NUMBER = /\d+(?:[.,:]\d+)*/g
const WORD = /[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu
const TOKEN = new RegExp(`${NUMBER.source}|${WORD.source}`, 'gu')
/**
 * English words that say nothing about the subject. Other languages lose precision without a list, not correctness.
 * @rt/vector has a list of its own for its full-text queries, and the two may differ: this one judges what supports an
 * answer and may be strict ("please", "many"), that one chooses what to look up, where a word left out finds nothing.
 * Packages of one layer do not import each other, and the contracts of @rt/core are no place for words.
 */
const COMMON = new Set(
  `a about above after again all also am an and any are as at be because been before being below both but by can cannot could did do does
  doing don't down during each either else few for from further get give had has have having he her here hers him his how i if in into is it
  it's its just let like many may me might more most much must my no nor not now of off on once one only or other our out over own per please same
  shall she should so some such tell than that the their them then there these they this those through to too under until up upon us very
  was we were what when where whether which while who whom whose why will with within without would yes you your`.split(
    /\s+/,
  ),
)

export const termsOf = (text: string): Terms => ({
  numbers: numbersOf(text),
  names: namesOf(text),
  words: wordsOf(text),
})

export const numbersOf = (text: string): Set<string> =>
  new Set(Array.from(text.matchAll(NUMBER), ([found]) => oneSpelling(found)))

export const wordsOf = (text: string): Set<string> =>
  new Set(
    Array.from(text.normalize('NFC').matchAll(WORD), ([word]) => word)
      .filter((word) => !isCommon(word))
      .map(stem)
      .filter((word) => word.length > 1),
  )

/** All words and numbers in order, as they stand but for capitals and the spelling of numbers. */
export const tokensOf = (text: string): string[] =>
  Array.from(text.normalize('NFC').matchAll(TOKEN), ([token]) =>
    /^\d/.test(token) ? oneSpelling(token) : token.toLowerCase(),
  )

const namesOf = (text: string): Set<string> => {
  const names = new Set<string>()
  for (const { start, end } of sentences(text)) {
    let first = true
    for (const [word] of text.slice(start, end).normalize('NFC').matchAll(WORD)) {
      const capitals = /^\p{Lu}{2,}$/u.test(word)
      if ((capitals || !first) && /^\p{Lu}./u.test(word) && !isCommon(word)) names.add(stem(word))
      first = false
    }
  }
  return names
}

/** "This" and "does" lose an s as stems, "theirs" is on the list without it. */
const isCommon = (word: string): boolean => COMMON.has(word.toLowerCase()) || COMMON.has(stem(word))

const oneSpelling = (digits: string): string => {
  const plain = digits.replace(/,(?=\d{3}(?!\d))/g, '').replace(',', '.')
  return /^\d+(?:\.\d+)?$/.test(plain) ? String(Number(plain)) : plain
}

const stem = (word: string): string => {
  const lower = word.toLowerCase().replace(/['’]s$/, '')
  return lower.length > 3 && lower.endsWith('s') && !lower.endsWith('ss') ? lower.slice(0, -1) : lower
}
