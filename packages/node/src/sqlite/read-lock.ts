import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'

/** What stands in a lock file. */
export interface LockRecord {
  pid: number
  /** `processIdentity` of `pid`, where the system gives one. */
  identity?: string | undefined
  address?: string | undefined
  token: string
  startedAt: number
}

/** What was found in one. */
export interface FoundLock extends LockRecord {
  /** Why someone else than this user may have written it; undefined when only this user can have. */
  doubt?: string | undefined
}

/** Windows has neither flag. Elsewhere a link leads nowhere, and a pipe is not waited for. */
const FLAGS =
  process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
/** A link, a link as FreeBSD says it, a socket. */
const NO_FILE = new Set<string | undefined>(['ELOOP', 'EMLINK', 'ENXIO'])
const LARGEST = 65_536

/** The record in the file; `'damaged'` when it is none (a power cut), undefined when there is no file. */
export const readLock = (path: string): FoundLock | 'damaged' | undefined => {
  try {
    const file = openSync(path, FLAGS)
    try {
      const stats = fstatSync(file)
      // Of a folder the reading says that it is one.
      if (!stats.isDirectory() && (!stats.isFile() || stats.size > LARGEST)) return 'damaged'
      const record = parse(readFileSync(file, 'utf8'))
      return record ? { ...record, doubt: doubtOf(stats) } : 'damaged'
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (NO_FILE.has(code)) return 'damaged'
    throw error
  }
}

// ---

const parse = (text: string): LockRecord | undefined => {
  try {
    const { pid, identity, address, token, startedAt = 0 } = (JSON.parse(text) ?? {}) as Partial<LockRecord>
    const isRecord =
      isId(pid) && isTextOrNone(identity) && isTextOrNone(address) && isToken(token) && Number.isFinite(startedAt)
    return isRecord ? { pid, identity, address, token, startedAt } : undefined
  } catch {
    return undefined
  }
}

/** 0 and less would stand for groups of processes. */
const isId = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0
const isTextOrNone = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'
const isToken = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)

/**
 * A lock is written by its user alone (0600). One that came with a folder, out of a clone or an archive, is made with
 * other rights, and a client would send the person's questions wherever it says.
 */
const doubtOf = ({ uid, mode }: Stats): string | undefined => {
  if (process.platform === 'win32') return undefined
  if (uid !== process.getuid?.()) return `the file belongs to another user (id ${uid})`
  const rights = mode & 0o777
  return rights === 0o600 ? undefined : `the file has mode ${rights.toString(8)} instead of 600`
}
