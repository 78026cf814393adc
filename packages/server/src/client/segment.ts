import { RtError } from '@rt/core'

/** A name as one part of a path. */
export const segment = (name: string): string => {
  // Every URL parser takes these two for "here" and "above", however they are written.
  if (name !== '' && name !== '.' && name !== '..') return encodeURIComponent(name.toWellFormed())
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(name)} cannot be asked for over HTTP.`,
    hint: 'Names are at least one character, and neither "." nor "..".',
  })
}
