import { checkLabel, type Message, type PrivacyLabel } from '@rt/core'

/**
 * Puts a label on messages that may have one of their own.
 *
 * @throws RtError `invalid_request` for a word that is no label.
 */
export const withLabel = (messages: Message[], label: PrivacyLabel | undefined): Message[] => {
  for (const word of [label, ...messages.map((message) => message.label)]) checkLabel(word)
  return label ? messages.map((message) => ({ ...message, label })) : messages
}
