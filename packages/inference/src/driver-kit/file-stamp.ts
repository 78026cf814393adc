import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'

/**
 * Which file this is, and in which state: equal stamps mean the same bytes. The time of change (`ctimeMs`) is the system's:
 * no program can set it back.
 */
export interface FileStamp {
  dev: number
  ino: number
  size: number
  mtimeMs: number
  ctimeMs: number
}

export const stampOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): FileStamp => ({
  dev,
  ino,
  size,
  mtimeMs,
  ctimeMs,
})

/** Of a regular file; undefined when there is none. */
export const readStamp = async (path: string): Promise<FileStamp | undefined> => {
  try {
    const stats = await stat(path)
    return stats.isFile() ? stampOf(stats) : undefined
  } catch {
    return undefined
  }
}

export const sameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs
