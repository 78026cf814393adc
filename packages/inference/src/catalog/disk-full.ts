import { RtError } from '@rt/core'

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && ((error as NodeJS.ErrnoException).code === 'ENOSPC' || isDiskFull(error.cause))

export const diskFull = (cause?: unknown): RtError =>
  new RtError({
    code: 'disk_full',
    message: 'the disk of the models folder became full. Nothing was installed.',
    hint: 'Free space, or choose another place: RT_MODELS=/big/disk.',
    cause,
  })
