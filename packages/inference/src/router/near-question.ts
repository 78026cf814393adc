import { messageText, type ModelRequest } from '@rt/core'

export interface NearQuestion {
  /** What the last user message says. */
  text: string
  /** The request without that text: it must be equal exactly. */
  rest: ModelRequest
  /** Numbers of the text, in order: no embedder tells 2025 from 2026 well enough, so they must be equal, too. */
  numbers: string[]
}

/**
 * The question of a request that may be answered with the answer to a near one; undefined for a request that may not:
 *
 * - with tools on offer: the arguments of a call (`delete a.txt`) belong to one question only, and calls do things;
 * - with logprobs: they are of the tokens of one answer;
 * - with files: what they show is not in the text;
 * - whose last message is not the user's: it asks about a tool's result, or goes on with an answer.
 */
export const nearQuestion = (request: ModelRequest): NearQuestion | undefined => {
  const { messages, tools, toolChoice, logprobs } = request
  const last = messages.at(-1)
  if (last?.role !== 'user' || last.parts.some(({ type }) => type !== 'text')) return undefined
  if (logprobs) return undefined
  if (tools?.length && toolChoice !== 'none') return undefined
  if (messages.some(({ parts }) => parts.some(({ type }) => type === 'file'))) return undefined
  const text = messageText(last)
  if (text.trim() === '') return undefined
  return {
    text,
    rest: { ...request, messages: [...messages.slice(0, -1), { ...last, parts: [] }] },
    numbers: text.match(/\p{N}+/gu) ?? [],
  }
}
