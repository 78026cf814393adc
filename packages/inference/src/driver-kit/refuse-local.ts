import { type Message, RtError } from '@rt/core'

/**
 * The router keeps such messages on this machine; this holds where there is none.
 *
 * @throws RtError `local_only`.
 */
export const refuseLocal = (messages: Message[], id: string): void => {
  if (messages.some(({ label }) => label === 'local-only'))
    throw new RtError({
      code: 'local_only',
      message: `a message marked local-only would have gone to ${id}.`,
      hint: 'Answer it with a local model.',
    })
}
