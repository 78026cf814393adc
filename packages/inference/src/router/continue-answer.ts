import { createMessage, type ModelRequest, type RtError, type StreamPart } from '@rt/core'
import { decideFailure } from './decide-failure.ts'
import type { RouteLeg } from './leg.ts'
import { CHARACTERS_PER_TOKEN } from './read-leg.ts'

/** What a call has written so far, over all its legs. */
export interface Written {
  text: string
  /** Nothing but text: no reasoning, no tool call, nothing that only its provider can read. */
  onlyText: boolean
}

export const noteWritten = (written: Written, part: StreamPart): void => {
  if (part.type === 'text-delta') {
    written.text += part.text
    if (Object.keys(part.provider ?? {}).length > 0) written.onlyText = false
  } else if (part.type === 'reasoning-delta' || part.type.startsWith('tool-call')) written.onlyText = false
}

/** Times one answer is taken over. */
const MOST_CONTINUATIONS = 3

/**
 * The legs that may go on writing after one died in mid-answer: those behind it, then those before it, itself last. None
 * where a seam would show: in reasoning, in or after a tool call, in structured output, where a tool must be called.
 */
export const legsToContinue = (
  legs: RouteLeg[],
  {
    died,
    error,
    written,
    request,
    times,
  }: {
    died: RouteLeg
    error: RtError
    written: Written
    request: ModelRequest
    times: number
  },
): RouteLeg[] => {
  const decision = decideFailure(error, false)
  const forced = request.toolChoice === 'required' || typeof request.toolChoice === 'object'
  const safe = written.onlyText && written.text.trim() !== '' && (request.output?.type ?? 'text') === 'text' && !forced
  if (!safe || times >= MOST_CONTINUATIONS || decision === 'end' || decision === 'larger') return []
  const at = legs.indexOf(died)
  const order = [...legs.slice(at + 1), ...legs.slice(0, at), ...(decision === 'retry' ? [died] : [])]
  return order.filter((leg) => leg.continues)
}

/**
 * The request that asks for the rest: the text so far as the last assistant message. It ends without white space, which
 * APIs refuse there; `dropSeam` takes that white space off the beginning of what comes.
 */
export const continueRequest = (
  request: ModelRequest,
  text: string,
): { request: ModelRequest; dropSeam: (part: StreamPart) => StreamPart } => {
  const prefix = text.trimEnd()
  let seam = text.slice(prefix.length)
  const { maxOutputTokens } = request
  const dropSeam = (part: StreamPart): StreamPart => {
    if (part.type !== 'text-delta' || seam === '') return part
    let same = 0
    while (same < seam.length && same < part.text.length && seam[same] === part.text[same]) same++
    // What comes may be cut within the seam; the first other character ends it.
    seam = same === part.text.length ? seam.slice(same) : ''
    return { ...part, text: part.text.slice(same) }
  }
  return {
    request: {
      ...request,
      messages: [...request.messages, createMessage('assistant', prefix)],
      ...(maxOutputTokens !== undefined && {
        maxOutputTokens: Math.max(1, maxOutputTokens - Math.ceil(text.length / CHARACTERS_PER_TOKEN)),
      }),
    },
    dropSeam,
  }
}
