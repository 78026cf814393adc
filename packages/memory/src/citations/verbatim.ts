import { sentences } from '../text/sentences.ts'
import { difference, isSubset, union } from '../text/sets.ts'
import { numbersOf, type Terms, tokensOf, wordsOf } from '../text/terms.ts'

/** So many words in a row, numbers included, are not by chance. */
const RUN = 6

/**
 * Whether a sentence of the answer repeats a passage word for word, and says with it what the question did not. What
 * else the answer claims is no matter. But a sentence with a figure the passage lacks quotes it only when the words
 * repeated hold a figure themselves: "up to 500 a day may be spent on meals" is no quote of "up to 400 a day may …".
 */
export const quotesVerbatim = (answer: string, passage: string, asked: Terms): boolean => {
  const known = runsOf(passage)
  const numbers = numbersOf(passage)
  const askedTerms = union(asked.words, asked.numbers)
  return sentences(answer).some(({ start, end }) => {
    const sentence = answer.slice(start, end)
    const agrees = isSubset(numbersOf(sentence), numbers)
    return [...runsOf(sentence)].some((run) => {
      const figures = numbersOf(run)
      return (
        known.has(run) && (agrees || figures.size > 0) && difference(union(wordsOf(run), figures), askedTerms).size > 0
      )
    })
  })
}

const runsOf = (text: string): Set<string> => {
  const tokens = tokensOf(text)
  return new Set(tokens.slice(RUN - 1).map((_, i) => tokens.slice(i, i + RUN).join(' ')))
}
