import type { CitationPart, RetrievedChunk } from '@rt/core'
import { difference, intersection, isSubset, union } from '../text/sets.ts'
import { termsOf, type Terms } from '../text/terms.ts'
import { findMarkers, withoutMarkers } from './markers.ts'
import { findSupport } from './support.ts'

export interface CiteOptions {
  /** What was asked: its numbers and names say nothing about where the answer is from. */
  question?: string
  /**
   * Share of the answer's words a passage must contain to be cited for its words alone. Default 0.5: an answer of which
   * half is in no passage is not from it.
   */
  minOverlap?: number
}

/** Fewer shared words than this are chance. */
const FEWEST_WORDS = 2

/**
 * Finds what an answer rests on. A `[n]` of the model that names a passage is used. Else the passage that contains all
 * numbers and names of the answer that were not in the question; else the one with the largest overlap of words, if it
 * has at least one of those numbers when there are any. None found: none cited.
 *
 * @param retrieved the passages as the model saw them: index 0 is `[1]`.
 * @returns parts whose `start` and `end` are the bytes of the supporting sentence in its file; `quote` is that sentence.
 */
export const cite = (
  answer: string,
  retrieved: RetrievedChunk[],
  { question = '', minOverlap = 0.5 }: CiteOptions = {},
): CitationPart[] => {
  const asked = termsOf(question)
  const markers = findMarkers(answer, retrieved.length)
  if (markers.length)
    return markers.map(({ index, statement }) => toPart(retrieved[index - 1]!, index, termsOf(statement), asked))

  const said = termsOf(withoutMarkers(answer))
  const passages = retrieved.map(({ text, headings }) => termsOf(`${headings.join('. ')}\n${text}`))
  const keys = { numbers: difference(said.numbers, asked.numbers), names: difference(said.names, asked.words) }
  const scores = passages.map((passage) => score(passage, { said, keys, minOverlap }))
  const best = scores.indexOf(Math.max(...scores))
  return (scores[best] ?? 0) > 0 ? [toPart(retrieved[best]!, best + 1, said, asked)] : []
}

interface Answer {
  said: Terms
  keys: Pick<Terms, 'numbers' | 'names'>
  minOverlap: number
}

/** 0: does not support the answer. Above 1: has all its numbers and names. In between: shares enough words. */
const score = (passage: Terms, { said, keys: { numbers, names }, minOverlap }: Answer): number => {
  const all = union(said.words, said.numbers)
  const shared = intersection(all, union(passage.words, passage.numbers)).size
  const overlap = all.size ? shared / all.size : 0
  const hasKeys = numbers.size + names.size > 0
  if (hasKeys && isSubset(numbers, passage.numbers) && isSubset(names, passage.words)) return 1 + overlap
  // Words alone must not make a passage the source of a figure it does not contain.
  if (numbers.size && intersection(numbers, passage.numbers).size === 0) return 0
  return shared >= FEWEST_WORDS && overlap >= minOverlap ? overlap : 0
}

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
    quote,
  }
}
