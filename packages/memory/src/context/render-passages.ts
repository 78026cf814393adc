import type { RetrievedChunk } from '@rt/core'

/**
 * What stands before the question in the last user turn: the passages. They stand here and not in the system message so that
 * everything before this turn stays the same from turn to turn and its cached tokens are used again.
 * The wording is for the smallest model we ship: every word that is not a passage costs prefill and distracts it. The
 * best passage comes last, next to the question: small models answer from what they read last.
 */
export const renderPassages = (passages: RetrievedChunk[]): string =>
  `${INTRODUCTION}\n\n${passages.map(renderPassage).toReversed().join('\n\n')}\n\nQuestion: `

const INTRODUCTION = 'Answer from these passages:'

const renderPassage = ({ source, headings, text }: RetrievedChunk, index: number): string =>
  `[${index + 1}] ${headings.join(' > ') || source}\n${withoutHeadings(text)}`

/** Heading lines at the top say again what the line above the passage says. */
const withoutHeadings = (text: string): string => text.replace(/^(?:#{1,6}[ \t][^\n]*\n\s*)+(?=\S)/, '').trimEnd()
