import { formatBytes, RtError } from '@rt/core'

/** Known before the first byte. */
export const tooLarge = (model: string, { needed, free }: { needed: number; free: number }): RtError =>
  new RtError({
    code: 'disk_full',
    message: `${model} needs ${formatBytes(needed)} in the models folder, ${formatBytes(free)} are free. Nothing was written.`,
    hint: elsewhere(model),
    data: { model, needed, free },
  })

/** Found out on the way: another program filled the disk, or the source did not tell the size. */
export const diskFull = (model: string, cause?: unknown): RtError =>
  new RtError({
    code: 'disk_full',
    message: `the disk of the models folder became full while ${model} was fetched. Nothing was installed, and what was fetched of it is deleted.`,
    hint: elsewhere(model),
    data: { model },
    cause,
  })

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && ((error as NodeJS.ErrnoException).code === 'ENOSPC' || isDiskFull(error.cause))

const elsewhere = (model: string): string => `Free space, or choose another place: RT_MODELS=/big/disk rt pull ${model}`
