import { closeSync, linkSync, openSync, readSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { isAlive, processIdentity } from './process-identity.ts'
import { type FoundLock, type LockRecord, readLock } from './read-lock.ts'

/**
 * Takes a lock file for this process, or returns the record of the live process that has it. Synchronous: the files
 * are tiny, and a lock must also be released while the process exits.
 *
 * The file appears with its whole content (written beside, then linked, which fails when the name is taken). One left
 * by a process that is gone is removed under a second lock named after its token, so that of all who find it exactly
 * one removes it, and none can remove the lock of the one who came first: whoever holds the second lock looks again.
 * The second lock is of the same kind and recovers in the same way.
 */
export const takeLock = (path: string, record: LockRecord): FoundLock | undefined => {
  for (;;) {
    if (create(path, record)) return undefined
    const found = readLock(path)
    if (found === undefined) continue
    if (isHeld(found)) return found
    const recovery = `${path}.${tokenOf(found)}`
    const other = takeLock(recovery, createRecord())
    // Someone else is about to remove it: they are the ones to name.
    if (other) return other
    try {
      const again = readLock(path)
      if (again && tokenOf(again) === tokenOf(found) && !isHeld(again)) unlinkSync(path)
    } finally {
      rmSync(recovery, { force: true })
    }
  }
}

/** A record of this process. */
export const createRecord = (address?: string): LockRecord => ({
  pid: process.pid,
  identity: processIdentity(process.pid),
  address,
  token: randomHex(),
  startedAt: Date.now(),
})

/** Whether the process of the record still runs. */
export const isHeld = (record: FoundLock | 'damaged'): record is FoundLock =>
  record !== 'damaged' && isAlive(record.pid, record.identity)

/** Writes a new record over the file of the same token. False when the lock is no longer ours. */
export const updateLock = (path: string, record: LockRecord): boolean => {
  if (!isOurs(path, record)) return false
  const temporary = writeBeside(path, record)
  renameSync(temporary, path)
  return true
}

export const releaseLock = (path: string, record: LockRecord): void => {
  if (isOurs(path, record)) rmSync(path, { force: true })
}

const isOurs = (path: string, { token }: LockRecord): boolean => {
  const found = readLock(path)
  return found !== undefined && tokenOf(found) === token
}

const tokenOf = (record: LockRecord | 'damaged'): string => (record === 'damaged' ? record : record.token)

const create = (path: string, record: LockRecord): boolean => {
  const temporary = writeBeside(path, record)
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

// Not synced: after a power cut no process of the record runs, and a file without content counts as nobody's.
const writeBeside = (path: string, record: LockRecord): string => {
  const temporary = join(dirname(path), `.lock-${randomHex()}.tmp`)
  const file = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(file, JSON.stringify(record))
  } finally {
    closeSync(file)
  }
  return temporary
}

/**
 * 128 random bits, from the system's generator directly where it is a file: `node:crypto` reads the same one, and loading
 * it costs a tenth of the time to listening.
 */
const randomHex = (): string => {
  const bytes = Buffer.alloc(16)
  try {
    const source = openSync('/dev/urandom', 'r')
    try {
      if (readSync(source, bytes) === bytes.length) return bytes.toString('hex')
    } finally {
      closeSync(source)
    }
  } catch {
    // Windows has no such file.
  }
  return randomBytes(bytes.length).toString('hex')
}
