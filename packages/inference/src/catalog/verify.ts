import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileIdentity, identifyFile, isSameFile, writeFileAtomic } from '@rt/node/files'
import type { CatalogSystem } from './types.ts'

export interface VerifyOptions {
  /** The models folder: markers lie in `.verified` there. */
  folder: string
  sha256File: CatalogSystem['sha256File']
  signal?: AbortSignal | undefined
  onProgress?: ((done: number) => void) | undefined
}

/** What a file was when its hash was taken. The same size, times and inode later mean the same bytes. */
interface Seen extends FileIdentity {
  path: string
  sha256: string
}

/** Paths remembered for one hash: our own file and copies in other programs' caches. */
const MOST_SEEN = 8

/**
 * The stamp of a file that has this size and hash, else undefined. Hashing happens once for each state of a file; the
 * result is remembered in a marker of its own for each expected hash, so that processes do not overwrite each other's.
 */
export const verifyFile = async (
  path: string,
  expected: { bytes: number; sha256: string },
  { folder, sha256File, signal, onProgress }: VerifyOptions,
): Promise<FileIdentity | undefined> => {
  const stamp = await identifyFile(path)
  if (!stamp || stamp.size !== expected.bytes) return undefined
  const seen = await readMarker(folder, expected.sha256)
  const known = seen.find((other) => isSame(other, path, stamp))
  if (known) return known.sha256 === expected.sha256 ? stamp : undefined
  const sha256 = await sha256File(path, { signal, onProgress })
  const after = await identifyFile(path)
  // Changed while it was read: the hash is of neither state.
  if (!after || !isSameFile(stamp, after)) return undefined
  await remember(folder, expected.sha256, { path, stamp, sha256 })
  return sha256 === expected.sha256 ? stamp : undefined
}

/** Notes the hash of a file that was just taken by the caller, in the state `stamp`. */
export const remember = async (
  folder: string,
  expected: string,
  { path, stamp, sha256 }: { path: string; stamp: FileIdentity; sha256: string },
): Promise<void> => {
  const others = (await readMarker(folder, expected)).filter((other) => other.path !== path)
  const seen: Seen[] = [{ path, ...stamp, sha256 }, ...others].slice(0, MOST_SEEN)
  try {
    await mkdir(join(folder, '.verified'), { recursive: true })
    await writeFileAtomic(markerPath(folder, expected), JSON.stringify(seen), { mode: 0o644 })
  } catch {
    // A folder that cannot be written costs a hash on the next start, nothing else.
  }
}

const markerPath = (folder: string, sha256: string): string => join(folder, '.verified', `${sha256}.json`)

const readMarker = async (folder: string, sha256: string): Promise<Seen[]> => {
  try {
    const value: unknown = JSON.parse(await readFile(markerPath(folder, sha256), 'utf8'))
    return Array.isArray(value) ? value.filter(isSeen) : []
  } catch {
    return []
  }
}

const isSeen = (value: unknown): value is Seen => {
  const seen = value as Partial<Seen> | null
  return typeof seen === 'object' && typeof seen?.path === 'string' && typeof seen.sha256 === 'string'
}

/** Not the device: its number may differ from one start of the machine to the next. */
const isSame = (seen: Seen, path: string, stamp: FileIdentity): boolean =>
  seen.path === path && isSameFile({ ...seen, device: stamp.device }, stamp)
