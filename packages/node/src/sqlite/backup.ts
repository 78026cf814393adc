import { link, lstat, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createSecretId, RtError } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { copyTo, type CopyOptions } from './copy-to.ts'
import type { Database } from './types.ts'

export type BackupOptions = CopyOptions

export interface BackupResult {
  path: string
  bytes: number
  /** Version of each subsystem's tables. */
  versions: Record<string, number>
}

/**
 * Copies a database into a new file while it is used: all that was written before the call, nothing half. The copy is
 * checked, is one plain file (no `-wal`), readable by this user only, and durable when this resolves.
 *
 * @param source an open database, or the path of a file, whoever owns it.
 * @throws RtError `conflict` when `target` exists, `disk_full`, `database_corrupt`, `not_found`, `aborted`; nothing is
 * left behind then.
 */
export const backup = async (
  source: Database | string,
  target: string,
  options: BackupOptions = {},
): Promise<BackupResult> => {
  const path = typeof source === 'string' ? source : source.path
  await refuseExisting(target)
  // Beside the target, so that naming it is no copy.
  const temporary = join(dirname(target), `.${basename(target)}.${createSecretId()}.tmp`)
  try {
    const { bytes, versions = {} } = await copyTo(path, temporary, options)
    await publish(temporary, target)
    return { path: target, bytes, versions }
  } finally {
    await removeDatabase(temporary)
  }
}

/** A database file with what SQLite may have put beside it. */
export const removeDatabase = async (path: string): Promise<void> => {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(path + suffix, { force: true }).catch(() => {})
}

const refuseExisting = async (target: string): Promise<void> => {
  const found = await lstat(target).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(error, target, 'written')
  })
  if (found) throw existsError(target)
}

/** A link, other than a rename, never replaces a file that came meanwhile. */
const publish = async (temporary: string, target: string): Promise<void> => {
  try {
    await link(temporary, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw existsError(target)
      // A file system without hard links, such as that of a USB stick.
      await refuseExisting(target)
      await rename(temporary, target)
    })
    await syncFolder(dirname(target))
  } catch (error) {
    throw fileError(error, target, 'written')
  }
}

const existsError = (target: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `${basename(target)} exists already. Nothing was written.`,
    hint: 'Give the backup another name, or move the file away.',
  })
