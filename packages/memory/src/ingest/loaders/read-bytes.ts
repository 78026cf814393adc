import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { throwIfAborted } from '@rt/core'
import type { LoadFailure } from './loaded-document.ts'

export interface FileBytes {
  bytes: Uint8Array<ArrayBuffer>
  sha256: string
}

/** Reads a whole file of at most `most` bytes. What is wrong with one file is told, not thrown: the others go on. */
export const readBytes = async (
  path: string,
  most: number,
  signal: AbortSignal | undefined,
): Promise<FileBytes | LoadFailure> => {
  throwIfAborted(signal)
  try {
    const { size } = await stat(path)
    if (size > most) return { reason: `larger than ${most / 1_000_000} MB` }
    const bytes = await readFile(path)
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    return { reason: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` }
  }
}
