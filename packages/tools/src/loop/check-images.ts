import { type LanguageModel, type Message, RtError } from '@rt/core'

/**
 * Before anything is counted or sent: what a model cannot see it would leave out, or fail over later.
 *
 * @throws RtError `unsupported`.
 */
export const checkImages = ({ id, capabilities }: LanguageModel, messages: Message[]): void => {
  if (capabilities.images) return
  for (const { parts } of messages)
    for (const part of parts)
      if (part.type === 'file' && part.mediaType.startsWith('image/'))
        throw new RtError({
          code: 'unsupported',
          message: `${id} reads no images, and a message holds one (${part.mediaType}).`,
          hint: 'Choose a model that does, or leave the image out.',
          data: { model: id, mediaType: part.mediaType },
        })
}
