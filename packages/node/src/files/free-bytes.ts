import { statfs } from 'node:fs/promises'
import { fileError } from './file-error.ts'

/** Bytes this user can still write to the file system of a folder. */
export const freeBytes = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    throw fileError(error, folder, 'measured')
  }
}
