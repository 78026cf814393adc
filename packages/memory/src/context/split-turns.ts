import type { Message } from '@rt/core'

/** A conversation as the assembler sees it. */
export interface Conversation {
  /** System messages at the very start, which belong to the instructions. */
  lead: Message[]
  /** Those of turns that may be left out, oldest first. */
  old: Message[]
  /** Where in `old` each turn begins. Not a list each: long conversations are cut at every step. */
  starts: number[]
  /** The last user message and all that came after it: never left out. */
  current: Message[]
}

/** A turn begins at a user message, so that tool calls always stay with their results. */
export const splitTurns = (messages: Message[]): Conversation => {
  const body = messages.findIndex(({ role }) => role !== 'system')
  const first = body < 0 ? messages.length : body
  const starts: number[] = []
  for (let at = first; at < messages.length; at++)
    if (messages[at]!.role === 'user' || starts.length === 0) starts.push(at - first)
  const last = first + (starts.pop() ?? 0)
  return { lead: messages.slice(0, first), old: messages.slice(first, last), starts, current: messages.slice(last) }
}
