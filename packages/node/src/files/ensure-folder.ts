import { mkdir, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { fileError } from './file-error.ts'

/** Makes a folder and those above it, with mode 0700; existing ones stay as they are. */
export const ensureFolder = async (path: string): Promise<void> => {
  try {
    await makeAll(resolve(path))
  } catch (error) {
    throw fileError(error, path, 'created')
  }
}

/**
 * Step by step: where a folder takes none though it exists, as those below /proc, `mkdir` of Node with `recursive` tries
 * for ever.
 */
const makeAll = async (path: string): Promise<void> => {
  if (await makeOne(path)) return
  await makeAll(dirname(path))
  if (await makeOne(path)) return
  throw new RtError({
    code: 'forbidden',
    message: `${basename(path)} cannot be created: the folder that it is to be in takes none.`,
    hint: 'Choose a folder elsewhere.',
  })
}

/** Whether it is there now; false: a folder above it is not. */
const makeOne = async (path: string): Promise<boolean> => {
  try {
    await mkdir(path, { mode: 0o700 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return false
    // It may be one already; on a read-only disk, or at the root of a drive, that is not always said by EEXIST.
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory()) return true
    throw error
  }
}
