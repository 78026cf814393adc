import { RtError } from '@rt/core'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** Ids begin so; a name that does could not be told from one. */
const ID = /^key_/i

/** @throws RtError `invalid_request` with the rule in words. */
export const checkKeyName = (name: string): void => {
  if (NAME.test(name) && !ID.test(name)) return
  throw new RtError({
    code: 'invalid_request',
    message: `a key cannot be called ${JSON.stringify(name.slice(0, 80))}.`,
    hint: 'A name has 1 to 64 letters, digits, dots, underscores and hyphens, begins with a letter or digit, and not with key_.',
    data: { field: 'name' },
  })
}
