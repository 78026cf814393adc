import { type Message, messageText } from '@rt/core'

/**
 * A client may send its whole history each time; in a thread of ours only what follows the last answer is new.
 * Its instructions hold for this turn and are not kept: it sends them again with the next.
 */
export const newMessages = (messages: Message[]): { instructions: Message[]; fresh: Message[] } => {
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  return {
    instructions: messages.filter(({ role }) => role === 'system'),
    fresh: messages.slice(last + 1).filter(({ role }) => role !== 'system'),
  }
}

/** What to look up: the text of the last question. */
export const question = (messages: Message[]): string => {
  const last = messages.findLast(({ role }) => role === 'user')
  return last ? messageText(last) : ''
}
