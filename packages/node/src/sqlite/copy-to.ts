import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { formatBytes, RtError } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { freeBytes } from '../files/free-bytes.ts'
import { requireFile } from './database-file.ts'
import { fileSize } from './file-size.ts'
import { folderReadError } from './folder-access.ts'
import type { Failure } from './protocol.ts'
import { runTask } from './run-task.ts'
import type { Inspection } from './task-protocol.ts'
import { toRtError } from './to-rt-error.ts'

export interface CopyOptions {
  signal?: AbortSignal
  /** Bytes copied, of all. */
  onProgress?: (done: number, total: number) => void
}

export interface Copied extends Inspection {
  bytes: number
}

/**
 * Copies a database, in use or not, into a new file of mode 0600, checks the copy and makes it durable. Whoever calls
 * gives it its name, and removes it on failure. `isStill`: nobody writes the source.
 *
 * @throws RtError `not_found`, `database_corrupt`, `disk_full`, `aborted`.
 */
export const copyTo = async (
  path: string,
  target: string,
  { isStill = false, ...options }: CopyOptions & { isStill?: boolean },
): Promise<Copied> => {
  requireFile(path)
  await requireSpace(path, target)
  await createEmpty(target)
  await using task = await runTask(
    { type: 'copy', path, target, isStill },
    { ...options, toError: (failure) => copyError(failure, path) },
  )
  const { problems } = task.value
  if (problems.length) throw damagedError(path, problems)
  const bytes = await sync(target)
  options.onProgress?.(bytes, bytes)
  return { ...task.value, bytes }
}

const requireSpace = async (path: string, target: string): Promise<void> => {
  const needed = (await fileSize(path)) + (await fileSize(`${path}-wal`))
  const free = await freeBytes(dirname(target))
  if (free >= needed) return
  throw new RtError({
    code: 'disk_full',
    message: `a copy of ${basename(path)} needs ${formatBytes(needed)}, and ${formatBytes(free)} are free there. Nothing was written.`,
    hint: 'Free some space, or choose another place.',
    data: { needed, free },
  })
}

const createEmpty = async (target: string): Promise<void> => {
  try {
    await (await open(target, 'wx', 0o600)).close()
  } catch (error) {
    throw fileError(error, target, 'written')
  }
}

const sync = async (target: string): Promise<number> => {
  try {
    await using file = await open(target, 'r+')
    await file.sync()
    return (await file.stat()).size
  } catch (error) {
    throw fileError(error, target, 'written')
  }
}

const FULL = 13
const IOERR = 10

const copyError = (failure: Failure, path: string): RtError => {
  const code = (failure.errcode ?? 0) & 0xff
  if (code === FULL) {
    return new RtError({
      code: 'disk_full',
      message: `the copy of ${basename(path)} could not be written: the disk is full. Nothing was kept.`,
      hint: 'Free some space, or choose another place.',
    })
  }
  if (code !== IOERR) {
    const error = toRtError(failure, path)
    return folderReadError(error, path) ?? error
  }
  return new RtError({
    code: 'database_error',
    message: `${basename(path)} could not be copied: the disk reported an error (${failure.message}). Nothing was kept.`,
    hint: 'Check both disks, then try again.',
  })
}

const damagedError = (path: string, [first, ...others]: string[]): RtError => {
  const more = others.length ? `, and ${others.length} more` : ''
  return new RtError({
    code: 'database_corrupt',
    message: `${basename(path)} is damaged: ${first}${more}. The copy was not kept.`,
    hint: 'Use an earlier backup; to save what can be read, copy the file itself while nothing uses it.',
    data: { problems: [first!, ...others] },
  })
}
