import type { Message } from '@rt/core'

/**
 * What in a request must not leave this machine, named as a person would look for it: `message 3 (tool read_mail)`.
 * Passages and tool results come in messages, which carry the label for them.
 */
export const localOnlyCarriers = (messages: Message[]): string[] =>
  messages.flatMap((message, index) =>
    message.label === 'local-only' ? [`message ${index + 1} (${describe(message)})`] : [],
  )

const describe = ({ role, parts }: Message): string => {
  const tools = parts.flatMap((part) => (part.type === 'tool-result' ? [part.name] : []))
  const sources = parts.flatMap((part) => (part.type === 'citation' ? [part.source] : []))
  const names = [...new Set([...tools, ...sources])]
  return names.length ? `${role} ${names.join(', ')}` : role
}
