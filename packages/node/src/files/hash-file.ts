import type { BigIntStats } from 'node:fs'
import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { RtError, throwIfAborted } from '@rt/core'
import { fileError } from './file-error.ts'

export interface HashFileOptions {
  signal?: AbortSignal
  /** Called after every megabyte. */
  onProgress?: (done: number, total: number) => void
}

/**
 * Which bytes a name stood for: another file under the name, and a change of this one, differ in it. The time of change
 * is kept by the system and cannot be set back by whoever writes the file.
 */
export interface FileIdentity {
  device: string
  inode: string
  size: number
  /** Nanoseconds since 1970. */
  modified: string
  changed: string
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

/** Which bytes a name stands for now; undefined when there is no such file. */
export const identifyFile = async (path: string): Promise<FileIdentity | undefined> => {
  try {
    return toIdentity(await stat(path, { bigint: true }))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw fileError(error, path, 'read')
  }
}

export const isSameFile = (a: FileIdentity, b: FileIdentity | undefined): boolean =>
  b !== undefined &&
  a.device === b.device &&
  a.inode === b.inode &&
  a.size === b.size &&
  a.modified === b.modified &&
  a.changed === b.changed

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

const toIdentity = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity => ({
  device: String(dev),
  inode: String(ino),
  size: Number(size),
  modified: String(mtimeNs),
  changed: String(ctimeNs),
})

const changedError = (path: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `${basename(path)} was changed while it was read.`,
    hint: 'Try again when nothing writes it.',
  })
