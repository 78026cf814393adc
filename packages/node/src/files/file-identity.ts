import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'

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

/** Which bytes a name stands for now; undefined when no regular file can be seen under it. */
export const identifyFile = async (path: string): Promise<FileIdentity | undefined> => {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats?.isFile() ? toIdentity(stats) : undefined
}

export const isSameFile = (a: FileIdentity, b: FileIdentity | undefined): boolean =>
  b !== undefined &&
  a.device === b.device &&
  a.inode === b.inode &&
  a.size === b.size &&
  a.modified === b.modified &&
  a.changed === b.changed

export const toIdentity = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity => ({
  device: String(dev),
  inode: String(ino),
  size: Number(size),
  modified: String(mtimeNs),
  changed: String(ctimeNs),
})
