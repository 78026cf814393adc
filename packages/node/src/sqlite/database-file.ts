import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { RtError } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { requireAccess } from './folder-access.ts'

/** @throws RtError `not_found`; `forbidden` when it may be there but cannot be read. */
export const requireFile = (path: string): void => {
  requireAccess(path, true)
  if (existsSync(path)) return
  throw new RtError({
    code: 'not_found',
    message: `there is no ${basename(path)} to read.`,
    hint: 'Check the data folder, or run a command that writes first.',
  })
}

/**
 * Makes an empty file with mode 0600 (SQLite gives the log files the mode of the main one) and makes its name durable.
 * An existing file is not touched: closing a descriptor of a file drops this process's POSIX locks on it, SQLite's
 * included. Synchronous for the same reason: no other open can come between.
 */
export const createFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    syncFolder(dirname(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw fileError(error, path, 'created', 'database_error')
  }
}

const syncFolder = (path: string): void => {
  // Windows has no such call.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
