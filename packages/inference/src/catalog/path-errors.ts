import { RtError } from '@rt/core'

export const noFile = (path: string): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `there is no file ${JSON.stringify(path)}.`,
    hint: 'Check the path.',
  })

export const notOurs = (path: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `${JSON.stringify(path)} is a file of yours: rt does not delete it.`,
    hint: 'Delete it as you do with any file.',
  })
