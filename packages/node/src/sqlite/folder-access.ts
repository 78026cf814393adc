import { accessSync, constants } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type ErrorCode, RtError } from '@rt/core'
import { primaryCode } from './failure.ts'
import { hasLog } from './has-log.ts'

const READONLY = 8
const CANTOPEN = 14
const { R_OK, W_OK, X_OK } = constants
const REASONS: Readonly<Record<string, { code: ErrorCode; why: string; folderHint: string; fileHint: string }>> = {
  EACCES: {
    code: 'forbidden',
    why: 'permission denied',
    folderHint: 'Give this user write access to it (chmod, chown), or use another data folder.',
    fileHint: 'Run as the user it belongs to, or give it to this one (chown); or use another data folder.',
  },
  EROFS: {
    code: 'read_only',
    why: 'the file system is read-only',
    folderHint: 'Mount it for writing, or use another data folder.',
    fileHint: 'Mount it for writing, or use another data folder.',
  },
}

/**
 * Said before SQLite says "unable to open database file" to everything, or opens a file for reading that was to be written.
 * What is missing is not its business.
 *
 * @throws RtError `forbidden`, `read_only`.
 */
export const requireAccess = (path: string, readOnly: boolean): void => {
  const file = basename(path)
  if (readOnly) return check(path, R_OK, `${file} cannot be read`, 'fileHint')
  check(insideOf(path), W_OK | X_OK, `the data folder "${nameOf(dirname(path))}" cannot be written to`, 'folderHint')
  check(path, R_OK | W_OK, `${file} cannot be written to`, 'fileHint')
}

/**
 * Why a database that may be read could not be opened for it: SQLite makes the index of the log beside the file, also to read.
 * Undefined when that is not the reason.
 */
export const folderReadError = (error: unknown, path: string): RtError | undefined => {
  const sqlite = RtError.isInstance(error) ? primaryCode(Number(error.data?.['sqlite'])) : 0
  if (sqlite !== READONLY && sqlite !== CANTOPEN) return undefined
  const reason = reasonOf(attempt(insideOf(path), W_OK | X_OK))
  if (!reason) return undefined
  const file = basename(path)
  return new RtError({
    cause: error,
    code: reason.code,
    message: `${file} cannot be opened in the data folder "${nameOf(dirname(path))}", which cannot be written to: ${reason.why}. SQLite makes ${file}-shm there, also to read.`,
    hint: hasLog(path, 1) ? reason.folderHint : `${reason.folderHint} A backup can be made from it as it is.`,
  })
}

/** An error of `node:fs` that says that a folder cannot be written to; undefined for any other. */
export const folderWriteError = (error: unknown, folder: string): RtError | undefined => {
  const reason = reasonOf(error)
  return reason && accessError(`the data folder "${nameOf(folder)}" cannot be written to`, reason, 'folderHint', error)
}

const check = (path: string, mode: number, says: string, hint: 'folderHint' | 'fileHint'): void => {
  const error = attempt(path, mode)
  const reason = reasonOf(error)
  if (reason) throw accessError(says, reason, hint, error)
}

const attempt = (path: string, mode: number): unknown => {
  try {
    accessSync(path, mode)
    return undefined
  } catch (error) {
    return error
  }
}

const reasonOf = (error: unknown): (typeof REASONS)[string] | undefined => {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException
  return REASONS[code === 'EPERM' ? 'EACCES' : code]
}

const accessError = (
  says: string,
  reason: NonNullable<ReturnType<typeof reasonOf>>,
  hint: 'folderHint' | 'fileHint',
  cause: unknown,
): RtError => new RtError({ code: reason.code, message: `${says}: ${reason.why}.`, hint: reason[hint], cause })

/** Ends with a dot: the rights of a file that stands where the folder should be say nothing. */
const insideOf = (path: string): string => `${dirname(path)}/.`

/** Without the folders above it: errors may reach clients. */
const nameOf = (folder: string): string => basename(resolve(folder)) || folder
