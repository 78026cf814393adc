import { type Message, type PrivacyLabel, RtError } from '@rt/core'

/**
 * Puts a label on messages that may have one of their own.
 *
 * @throws RtError `invalid_request` for a word that is no label: it would keep nothing on this machine.
 */
export const withLabel = (messages: Message[], label: PrivacyLabel | undefined): Message[] => {
  const labels = [label, ...messages.map((message) => message.label)]
  const wrong = labels.find((word) => word !== undefined && word !== 'local-only')
  if (wrong !== undefined)
    throw new RtError({
      code: 'invalid_request',
      message: `label is ${JSON.stringify(wrong)}.`,
      hint: 'Give "local-only", or leave it out.',
    })
  return label ? messages.map((message) => ({ ...message, label })) : messages
}
