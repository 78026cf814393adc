import { RtError } from '@rt/core'

/**
 * What ended a run, with how far it came. Everything written before stays: the next run goes on from there. Errors that
 * are not about storage pass through as they are.
 */
export const toStorageError = (error: unknown, { done, files }: { done: number; files: number }): unknown => {
  const problem = problemOf(error)
  if (!problem) return error
  const before = RtError.isInstance(error) ? error.message : `${problem.says}.`
  return new RtError({
    code: problem.code,
    message: `ingest stopped after ${done} of ${files} files: ${before}`,
    hint: `${problem.hint} Then ingest the same paths again: what was stored is kept, and it goes on from there.`,
    cause: error,
    data: { done, files },
  })
}

interface Problem {
  code: 'disk_full' | 'database_error'
  says: string
  hint: string
}

const FULL: Problem = { code: 'disk_full', says: 'the disk is full', hint: 'Free some space.' }
const BROKEN: Problem = { code: 'database_error', says: 'the disk reported an error', hint: 'Check the disk.' }

/** SQLite's code for an error of the disk. */
const SQLITE_IOERR = 10

const problemOf = (error: unknown): Problem | undefined => {
  const { code, data } = (error ?? {}) as { code?: unknown; data?: { sqlite?: unknown } }
  if (code === 'disk_full' || code === 'ENOSPC' || code === 'EDQUOT') return FULL
  if (code === 'EIO') return BROKEN
  const ioError = code === 'database_error' && typeof data?.sqlite === 'number' && (data.sqlite & 0xff) === SQLITE_IOERR
  return ioError ? { ...BROKEN, hint: 'Check the disk, and start the program again.' } : undefined
}
