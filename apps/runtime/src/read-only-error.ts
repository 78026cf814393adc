import { RtError } from '@rt/core'

export const readOnlyError = (): RtError =>
  new RtError({
    code: 'read_only',
    message: 'this runtime was opened for reading only.',
    hint: 'Open it without readOnly, when no other process owns the folder.',
  })
