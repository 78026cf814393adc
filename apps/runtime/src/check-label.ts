import { RtError } from '@rt/core'

/**
 * A word that is no label would keep nothing on this machine.
 *
 * @throws RtError `invalid_request`.
 */
export const checkLabel = (label: string | undefined): void => {
  if (label === undefined || label === 'local-only') return
  throw new RtError({
    code: 'invalid_request',
    message: `label is ${JSON.stringify(label)}.`,
    hint: 'Give "local-only", or leave it out.',
  })
}
