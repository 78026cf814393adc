import type { WordMatch } from '@rt/core'

/** Terms of one query; more than this only costs time. */
const MAX_TERMS = 64

/**
 * Words so common in English that they say nothing about a text. A text index gives a word its weight by rarity, but in a
 * small collection even "the" can look rare. @rt/memory has a list of its own for judging what supports an answer; this
 * one is shorter, and holds the halves of "don't" and "it's" too, because text indexes split words there.
 */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a about after all also an and any are as at be been before being both but by can could did do does doing don ' +
    'during each for from had has have having he her here him his how i if in into is it its ll me more most my no nor ' +
    'not of on or our out over own re s same she should so some such t than that the their them then there these they ' +
    'this those through to too under until up ve very was we were what when where which while who whom why will with ' +
    'would you your'
  ).split(' '),
)

/**
 * The words of a query worth looking for, in order, in lower case. Letters, digits and marks are all that is in them, so
 * nothing a user types can reach a query language. Of `any` words the common English ones are dropped when others remain.
 */
export const queryWords = (text: string, words: WordMatch): string[] => {
  const all = splitWords(text.toLowerCase())
  return (words === 'phrase' ? all : chosen(all, words)).slice(0, MAX_TERMS)
}

/** What has a letter or a digit, as unicode61 of SQLite takes words apart. */
export const splitWords = (text: string): string[] =>
  text.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)?.filter(hasLetterOrDigit) ?? []

const chosen = (all: string[], words: WordMatch): string[] => {
  // A word that is being typed stands last, also when it was there before.
  const last = words === 'prefix' ? all.slice(-1) : []
  const once = [...new Set(all.slice(0, all.length - last.length))]
  const telling = words === 'any' ? once.filter((word) => !STOP_WORDS.has(word)) : once
  return [...(telling.length ? telling : once), ...last]
}

const hasLetterOrDigit = (word: string): boolean => /[\p{L}\p{N}\p{Co}]/u.test(word)
