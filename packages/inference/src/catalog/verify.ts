import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '@rt/node/files'
import type { CatalogSystem } from './types.ts'

export interface VerifyOptions {
  /** The models folder: markers lie in `.verified` there. */
  folder: string
  sha256File: CatalogSystem['sha256File']
  signal?: AbortSignal | undefined
  onProgress?: ((done: number) => void) | undefined
}

/** What a file was when its hash was taken. The same size, time and inode later mean the same bytes. */
interface Seen {
  path: string
  size: number
  mtimeMs: number
  ino: number
  sha256: string
}

/** Paths remembered for one hash: our own file and copies in other programs' caches. */
const MOST_SEEN = 8

/**
 * Whether the file has this size and hash. Hashing happens once for each state of a file; the result is remembered in a
 * marker of its own for each expected hash, so that processes do not overwrite each other's.
 */
export const verifyFile = async (
  path: string,
  expected: { bytes: number; sha256: string },
  { folder, sha256File, signal, onProgress }: VerifyOptions,
): Promise<boolean> => {
  const state = await statFile(path)
  if (!state || state.size !== expected.bytes) return false
  const seen = await readMarker(folder, expected.sha256)
  const known = seen.find((other) => isSame(other, { path, ...state }))
  if (known) return known.sha256 === expected.sha256
  const sha256 = await sha256File(path, { signal, onProgress })
  await remember(folder, expected.sha256, path, sha256)
  return sha256 === expected.sha256
}

/** Notes the hash of a file that was just taken by the caller. */
export const remember = async (folder: string, expected: string, path: string, sha256: string): Promise<void> => {
  const state = await statFile(path)
  if (!state) return
  const others = (await readMarker(folder, expected)).filter((other) => other.path !== path)
  const seen: Seen[] = [{ path, ...state, sha256 }, ...others].slice(0, MOST_SEEN)
  try {
    await mkdir(join(folder, '.verified'), { recursive: true })
    await writeFileAtomic(markerPath(folder, expected), JSON.stringify(seen), { mode: 0o644 })
  } catch {
    // A folder that cannot be written costs a hash on the next start, nothing else.
  }
}

/** Size, time and inode of a regular file; undefined when there is none. */
export const statFile = async (path: string): Promise<{ size: number; mtimeMs: number; ino: number } | undefined> => {
  try {
    const { size, mtimeMs, ino, isFile } = await stat(path).then((found) => ({ ...found, isFile: found.isFile() }))
    return isFile ? { size, mtimeMs, ino } : undefined
  } catch {
    return undefined
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

const isSame = (a: Seen, b: Omit<Seen, 'sha256'>): boolean =>
  a.path === b.path && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino
