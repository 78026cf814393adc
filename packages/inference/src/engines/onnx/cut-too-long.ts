import { RtError } from '@rt/core'

export const cutTooLong = (id: string, cutTo: number, dimensions: number): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `vectors of ${id} are to be cut to ${cutTo} numbers, and they have ${dimensions} dimensions.`,
    hint: `Ask for at most ${dimensions}, or leave the cut out to keep all.`,
  })
