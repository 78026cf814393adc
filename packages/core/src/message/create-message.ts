import { createId } from '../lifecycle/create-id.ts'
import type { Message, Part, Role } from './message.ts'

/** A message from text or parts, with a fresh id unless one is given. */
export const createMessage = (role: Role, content: string | Part[], id: string = createId()): Message => ({
  v: 1,
  id,
  role,
  parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
})

/** The text parts of a message, joined. */
export const messageText = (message: Message): string =>
  message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
