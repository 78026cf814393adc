import type { CitationPart, Message, RetrievedChunk } from '@rt/core'
import { difference } from '../text/sets.ts'
import { numbersOf, wordsOf } from '../text/terms.ts'

/** How many questions back an answer's sources stay at hand. */
const QUESTIONS = 3
/** A question with so few words of its own ("and how much was that limit again?") is about what was said before. */
const OWN_WORDS = 1
/** Words that stand for something said before. */
const CUES = new Set('that it this these those they there then again same one else instead'.split(' '))
/** A question that begins so goes on from the last. */
const OPENINGS = /^(?:and|but|so|what about|how about)(?= |$)/

/**
 * Adds the sentences that earlier answers of the conversation were cited from, so that a follow-up is answered from the
 * source and not from the model's own words about it. Only a question that refers back gets them: it has a word such as
 * "that" or "again", or begins with "and", "but", "so", "what about" or "how about". They come first when it names next
 * to nothing itself, else last: a new subject is answered from what was found for it. Any other ("Thanks!", "Who are
 * you?") gets what was found, no more: a passage offered without need is answered from, wrongly, and cited.
 *
 * These words are English. A follow-up in another language gets only what was found for it.
 *
 * @param found passages for this question, best first.
 * @param history the conversation before it, oldest first.
 */
export const withEarlierCitations = (
  question: string,
  found: RetrievedChunk[],
  history: readonly Message[],
): RetrievedChunk[] => {
  if (!refersBack(question)) return found
  const earlier = latestCitations(history)
  if (namesLittle(question)) return [...earlier.map(strictest(found)), ...without(found, earlier)]
  // What this question found again is read whole, as found.
  return [...found, ...without(earlier, found)]
}

/** A document may have got its label after it was cited. */
const strictest =
  (found: RetrievedChunk[]) =>
  (chunk: RetrievedChunk): RetrievedChunk => {
    const label = chunk.label ?? found.find(({ id }) => id === chunk.id)?.label
    return { ...chunk, ...(label && { label }) }
  }

const refersBack = (question: string): boolean => {
  // "That's" and "it'll" hold a cue; "one-way" does not.
  const words = Array.from(question.toLowerCase().matchAll(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu), ([word]) => word)
  return OPENINGS.test(words.join(' ')) || words.some((word) => CUES.has(word))
}

const namesLittle = (question: string): boolean =>
  difference(wordsOf(question), CUES).size + numbersOf(question).size <= OWN_WORDS

const without = (chunks: RetrievedChunk[], others: RetrievedChunk[]): RetrievedChunk[] =>
  chunks.filter(({ id }) => !others.some((other) => other.id === id))

/** Of the newest answer that has any, not more than some questions back. */
const latestCitations = (history: readonly Message[]): RetrievedChunk[] => {
  let questions = 0
  for (const { role, parts, label } of history.toReversed()) {
    if (role === 'user' && ++questions >= QUESTIONS) return []
    const citations = parts.filter((part) => part.type === 'citation')
    // They quote what the answer was made of: its label is theirs.
    if (citations.length) return citations.map((citation) => ({ ...toChunk(citation), ...(label && { label }) }))
  }
  return []
}

const toChunk = ({ chunkId, source, headings, quote, start, end, converted }: CitationPart): RetrievedChunk => ({
  id: chunkId,
  source,
  headings,
  text: quote,
  start,
  end,
  ...(converted && { converted }),
  score: 0,
})
