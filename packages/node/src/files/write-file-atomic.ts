import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createSecretId } from '@rt/core'
import { fileError } from './file-error.ts'
import { syncFolder } from './sync-folder.ts'

export interface WriteFileAtomicOptions {
  /** Permission bits of the new file. Default 0o600. */
  mode?: number
}

/**
 * Replaces a file as a whole: a crash or power cut at any point leaves the old content or the new. Durable when it
 * resolves; on failure the old file is as it was and nothing is left beside it.
 *
 * @throws RtError `not_found` without the folder, `disk_full`, `read_only`, `forbidden`.
 */
export const writeFileAtomic = async (
  path: string,
  data: string | Uint8Array,
  { mode = 0o600 }: WriteFileAtomicOptions = {},
): Promise<void> => {
  // In the same folder: a rename across file systems is a copy.
  const temporary = join(dirname(path), `.${basename(path)}.${createSecretId()}.tmp`)
  let file: FileHandle | undefined
  try {
    file = await open(temporary, 'wx', mode)
    await file.writeFile(data)
    await file.sync()
    await file.close()
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await file?.close().catch(() => {})
    await rm(temporary, { force: true }).catch(() => {})
    throw fileError(error, path, 'written')
  }
}
