import type { CitationPart, RetrievedChunk } from '@rt/core'
import { difference, intersection, isSubset, union } from '../text/sets.ts'
import { termsOf, type Terms } from '../text/terms.ts'
import { findMarkers, withoutMarkers } from './markers.ts'
import { findSupport } from './support.ts'
import { quotesVerbatim } from './verbatim.ts'

export interface CiteOptions {
  /** What was asked: its words, numbers and names say nothing about where the answer is from. */
  question?: string
  /**
   * Share of the answer's own words (those not in the question) a passage must contain to be cited for its words alone.
   * Default 0.5: an answer of which half is in no passage is not from it.
   */
  minOverlap?: number
}

/** Fewer shared words than this are chance. */
const FEWEST_WORDS = 2
/** Each above any share of words, which is 1 at most and decides between passages of one kind. */
const VERBATIM = 1
const ALL_KEYS = 2

/**
 * Finds what an answer rests on. A `[n]` of the model that names a passage is used. Else the passage that contains all
 * numbers and names of the answer that were not in the question; else one that the answer repeats word for word; else
 * the one with the largest overlap of words that were not in the question, if it has at least one of those numbers when
 * there are any. None found: none cited.
 *
 * @param retrieved the passages as the model saw them: index 0 is `[1]`.
 * @returns parts whose `start` and `end` are the bytes of the supporting sentence in its file, or in the text it was
 * converted to; `quote` is that sentence.
 */
export const cite = (
  answer: string,
  retrieved: RetrievedChunk[],
  { question = '', minOverlap = 0.5 }: CiteOptions = {},
): CitationPart[] => {
  if (retrieved.length === 0) return []
  const asked = termsOf(question)
  const markers = findMarkers(answer, retrieved.length)
  if (markers.length)
    return markers.map(({ index, statement }) => toPart(retrieved[index - 1]!, index, termsOf(statement), asked))

  const plain = withoutMarkers(answer)
  const said = termsOf(plain)
  const claim: Claim = {
    answer: plain,
    asked,
    said,
    keys: { numbers: difference(said.numbers, asked.numbers), names: difference(said.names, asked.words) },
    own: difference(allOf(said), allOf(asked)),
    minOverlap,
  }
  const scores = retrieved.map((chunk) => score(chunk, claim))
  const best = scores.indexOf(Math.max(...scores))
  return (scores[best] ?? 0) > 0 ? [toPart(retrieved[best]!, best + 1, said, asked)] : []
}

interface Claim {
  answer: string
  asked: Terms
  said: Terms
  /** Of the answer, not of the question. */
  keys: Pick<Terms, 'numbers' | 'names'>
  /** Words and numbers of the answer, not of the question. */
  own: Set<string>
  minOverlap: number
}

/** 0: does not support the answer. Above 2: has all its numbers and names. Above 1: is quoted. Else: shares enough words. */
const score = (chunk: RetrievedChunk, { answer, asked, said, keys, own, minOverlap }: Claim): number => {
  const passage = termsOf(`${chunk.headings.join('. ')}\n${chunk.text}`)
  const { numbers, names } = keys
  // Between passages that are quoted, or have everything, the words of the question may decide.
  const overlap = share(allOf(said), allOf(passage))
  const hasKeys = numbers.size + names.size > 0
  if (hasKeys && isSubset(numbers, passage.numbers) && isSubset(names, passage.words)) return ALL_KEYS + overlap
  if (quotesVerbatim(answer, chunk.text, asked)) return VERBATIM + overlap
  // Words alone must not make a passage the source of a figure it does not contain.
  if (numbers.size && intersection(numbers, passage.numbers).size === 0) return 0
  const shared = intersection(own, allOf(passage)).size
  return shared >= FEWEST_WORDS && shared >= minOverlap * own.size ? shared / own.size : 0
}

const allOf = ({ words, numbers }: Terms): Set<string> => union(words, numbers)

const share = (items: Set<string>, of: Set<string>): number =>
  items.size ? intersection(items, of).size / items.size : 0

const toPart = (chunk: RetrievedChunk, index: number, said: Terms, asked: Terms): CitationPart => {
  const { start, end } = findSupport(chunk.text, said, asked)
  const quote = chunk.text.slice(start, end)
  const first = chunk.start + Buffer.byteLength(chunk.text.slice(0, start))
  return {
    type: 'citation',
    index,
    source: chunk.source,
    chunkId: chunk.id,
    headings: chunk.headings,
    start: first,
    end: first + Buffer.byteLength(quote),
    ...(chunk.converted && { converted: chunk.converted }),
    quote,
  }
}
