import { mkdir } from 'node:fs/promises'
import { fileError } from './file-error.ts'

/** Makes a folder and those above it, with mode 0700; existing ones stay as they are. */
export const ensureFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(error, path, 'created')
  }
}
