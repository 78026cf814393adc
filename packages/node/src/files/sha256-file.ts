import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { throwIfAborted } from '@rt/core'
import { fileError } from './file-error.ts'

export interface Sha256FileOptions {
  signal?: AbortSignal
  /** Called after every megabyte. */
  onProgress?: (done: number, total: number) => void
}

const PIECE_BYTES = 1024 * 1024

/**
 * SHA-256 of a file, as 64 lower-case hex digits.
 *
 * @throws RtError `not_found`, `forbidden`, `aborted`.
 */
export const sha256File = async (path: string, { signal, onProgress }: Sha256FileOptions = {}): Promise<string> => {
  throwIfAborted(signal)
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const hash = createHash('sha256')
    const piece = new Uint8Array(PIECE_BYTES)
    for (let done = 0; ;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES)
      if (bytesRead === 0) return hash.digest('hex')
      throwIfAborted(signal)
      hash.update(piece.subarray(0, bytesRead))
      done += bytesRead
      onProgress?.(done, size)
    }
  } catch (error) {
    throw fileError(error, path, 'read')
  }
}
