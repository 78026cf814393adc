import { link, lstat, rename, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { copyTo, type CopyOptions } from './copy-to.ts'
import { removeDatabase } from './remove-database.ts'
import { sweepTemporaryCopies, temporaryCopy } from './temporary-copy.ts'
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
 * left behind then. What a killed backup leaves is removed by the next one of the same target.
 */
export const backup = async (
  source: Database | string,
  target: string,
  options: BackupOptions = {},
): Promise<BackupResult> => {
  const path = typeof source === 'string' ? source : source.path
  await requireFolder(dirname(target))
  await refuseExisting(target)
  await sweepTemporaryCopies(target)
  const temporary = temporaryCopy(target)
  try {
    const { bytes, versions = {} } = await copyTo(path, temporary, options)
    await publish(temporary, target)
    return { path: target, bytes, versions }
  } finally {
    await removeDatabase(temporary)
  }
}

const requireFolder = async (folder: string): Promise<void> => {
  const found = await stat(folder).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw fileError(error, folder, 'used')
  })
  if (found?.isDirectory()) return
  throw new RtError({
    code: 'not_found',
    message: `the folder "${basename(resolve(folder))}" ${found ? 'is a file' : 'does not exist'}. Nothing was written.`,
    hint: 'Make it first, or name another place for the backup.',
  })
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
