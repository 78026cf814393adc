import { sentences, type TextRange } from '../text/sentences.ts'
import { intersection, union } from '../text/sets.ts'
import { termsOf, type Terms } from '../text/terms.ts'

/** A figure tells more than a name, a name more than a word; words of the question only decide between equals. */
const WEIGHTS = { number: 4, name: 2, word: 1, asked: 0.25 }

/** The sentence of a passage that carries a statement, without heading, fence or list mark. */
export const findSupport = (passage: string, said: Terms, asked: Terms): TextRange => {
  const all = sentences(passage).map((range) => withoutMark(passage, range))
  const prose = all.filter(({ start, end }) => !/^(?:#{1,6}\s|```|~~~|\|[\s:|-]+\|?$)/.test(passage.slice(start, end)))
  const ranges = prose.length ? prose : all
  const scores = ranges.map(({ start, end }) => score(termsOf(passage.slice(start, end)), said, asked))
  return ranges[scores.indexOf(Math.max(...scores))] ?? { start: 0, end: passage.length }
}

const score = ({ words, numbers }: Terms, said: Terms, asked: Terms): number =>
  WEIGHTS.number * intersection(said.numbers, numbers).size +
  WEIGHTS.name * intersection(said.names, words).size +
  WEIGHTS.word * intersection(said.words, words).size +
  WEIGHTS.asked * intersection(union(asked.words, asked.numbers), union(words, numbers)).size

const withoutMark = (passage: string, { start, end }: TextRange): TextRange => {
  const mark = /^(?:(?:[-*+]|\d{1,9}[.)]|>)\s+)+/.exec(passage.slice(start, end))?.[0].length ?? 0
  return { start: start + mark < end ? start + mark : start, end }
}
