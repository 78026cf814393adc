import type { CitationPart, Message, RetrievedChunk } from '@rt/core'
import { numbersOf, wordsOf } from '../text/terms.ts'

/** How many questions back an answer's sources stay at hand. */
const QUESTIONS = 3
/** A question with so few words of its own ("and how much was that limit again?") is about what was said before. */
const OWN_WORDS = 1

/**
 * Adds the sentences that earlier answers of the conversation were cited from, so that a follow-up is answered from the
 * source and not from the model's own words about it. They come first when the question names next to nothing itself,
 * else last: a new subject is answered from what was found for it.
 *
 * @param found passages for this question, best first.
 * @param history the conversation before it, oldest first.
 */
export const withEarlierCitations = (
  question: string,
  found: RetrievedChunk[],
  history: readonly Message[],
): RetrievedChunk[] => {
  const earlier = latestCitations(history).map(toChunk)
  const fresh = found.filter((chunk) => !earlier.some(({ id }) => id === chunk.id))
  if (earlier.length === 0 || refersBack(question)) return [...earlier, ...fresh]
  // What this question found again is read whole, as found.
  return [...found, ...earlier.filter(({ id }) => !found.some((chunk) => chunk.id === id))]
}

const refersBack = (question: string): boolean => wordsOf(question).size + numbersOf(question).size <= OWN_WORDS

/** Of the newest answer that has any, not more than some questions back. */
const latestCitations = (history: readonly Message[]): CitationPart[] => {
  let questions = 0
  for (const { role, parts } of history.toReversed()) {
    if (role === 'user' && ++questions >= QUESTIONS) return []
    const citations = parts.filter((part) => part.type === 'citation')
    if (citations.length) return citations
  }
  return []
}

const toChunk = ({ chunkId, source, headings, quote, start, end }: CitationPart): RetrievedChunk => ({
  id: chunkId,
  source,
  headings,
  text: quote,
  start,
  end,
  score: 0,
})
