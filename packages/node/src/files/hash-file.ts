import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { RtError, throwIfAborted } from '@rt/core'
import { fileError } from './file-error.ts'
import { type FileIdentity, identifyFile, isSameFile, toIdentity } from './file-identity.ts'

export interface HashFileOptions {
  signal?: AbortSignal
  /** Called after every megabyte. */
  onProgress?: (done: number, total: number) => void
}

export interface HashedFile {
  /** 64 lower-case hex digits. */
  sha256: string
  /** Of the file that was read. Compare with `identifyFile` when it is used: before loading it by its name, and after. */
  identity: FileIdentity
}

const PIECE_BYTES = 1024 * 1024

/**
 * SHA-256 of what one open file holds, whatever becomes of its name meanwhile.
 *
 * @throws RtError `conflict` when the file was written to, or replaced, while it was read; `not_found`, `forbidden`,
 * `aborted`.
 */
export const hashFile = async (path: string, { signal, onProgress }: HashFileOptions = {}): Promise<HashedFile> => {
  throwIfAborted(signal)
  try {
    await using file = await open(path, 'r')
    const before = toIdentity(await file.stat({ bigint: true }))
    const sha256 = await digest(file, before.size, { ...(signal && { signal }), ...(onProgress && { onProgress }) })
    const after = [toIdentity(await file.stat({ bigint: true })), await identifyFile(path)]
    if (!after.every((identity) => isSameFile(before, identity))) throw changedError(path)
    return { sha256, identity: before }
  } catch (error) {
    throw fileError(error, path, 'read')
  }
}

const digest = async (file: FileHandle, total: number, { signal, onProgress }: HashFileOptions): Promise<string> => {
  const hash = createHash('sha256')
  const piece = new Uint8Array(PIECE_BYTES)
  for (let done = 0; ;) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES)
    if (bytesRead === 0) return hash.digest('hex')
    throwIfAborted(signal)
    hash.update(piece.subarray(0, bytesRead))
    done += bytesRead
    onProgress?.(done, total)
  }
}

const changedError = (path: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `${basename(path)} was changed while it was read.`,
    hint: 'Try again when nothing writes it.',
  })
