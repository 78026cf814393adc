import { basename } from 'node:path'
import { type ErrorCode, RtError, toRtError } from '@rt/core'

const KNOWN: Record<string, { code: ErrorCode; why: string; hint: string }> = {
  ENOENT: { code: 'not_found', why: 'no such file or folder', hint: 'Check the path; create the folder first.' },
  ENOTDIR: { code: 'not_found', why: 'a part of its path is no folder', hint: 'Check the path.' },
  ENOSPC: { code: 'disk_full', why: 'the disk is full', hint: 'Free some space and try again.' },
  EDQUOT: { code: 'disk_full', why: 'your disk quota is used up', hint: 'Free some space and try again.' },
  EROFS: { code: 'read_only', why: 'the file system is read-only', hint: 'Use a folder that can be written to.' },
  EACCES: { code: 'forbidden', why: 'permission denied', hint: 'Check who may read and write it.' },
  EPERM: { code: 'forbidden', why: 'not permitted', hint: 'Check who may read and write it.' },
}

/**
 * An error of `node:fs` as an RtError that names the file without its folder. `done`: what was to be done to it.
 * `otherwise`: the code of what is not in the table, where one tells more than `internal`.
 */
export const fileError = (error: unknown, path: string, done: string, otherwise: ErrorCode = 'internal'): RtError => {
  const { code = '', name } = error as NodeJS.ErrnoException
  if (RtError.isInstance(error) || name === 'AbortError') return toRtError(error)
  const { code: known = otherwise, why = code || String(error), hint } = KNOWN[code] ?? {}
  return new RtError({ code: known, message: `${basename(path)} cannot be ${done}: ${why}.`, hint, cause: error })
}
