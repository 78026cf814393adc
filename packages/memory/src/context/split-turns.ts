import type { Message } from '@rt/core'

/** A conversation as the assembler sees it. */
export interface Conversation {
  /** System messages at the very start, which belong to the instructions. */
  lead: Message[]
  /** Turns that may be left out, oldest first. */
  turns: Message[][]
  /** The last user message and all that came after it: never left out. */
  current: Message[]
}

/** A turn begins at a user message, so that tool calls always stay with their results. */
export const splitTurns = (messages: Message[]): Conversation => {
  const body = messages.findIndex(({ role }) => role !== 'system')
  const first = body < 0 ? messages.length : body
  const turns: Message[][] = []
  for (const message of messages.slice(first)) {
    if (message.role === 'user' || turns.length === 0) turns.push([message])
    else turns.at(-1)!.push(message)
  }
  const current = turns.pop() ?? []
  return { lead: messages.slice(0, first), turns, current }
}
