import { RtError } from '../errors/rt-error.ts'

/**
 * A word that is no label would keep nothing on this machine.
 *
 * @param of whose it is, for the message.
 * @throws RtError `invalid_request`.
 */
export const checkLabel = (label: string | undefined, of?: string): void => {
  if (label === undefined || label === 'local-only') return
  throw new RtError({
    code: 'invalid_request',
    message: `label${of === undefined ? '' : ` of ${of}`} is ${JSON.stringify(label)}.`,
    hint: 'Give "local-only", or leave it out.',
  })
}
