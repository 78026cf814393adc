import { join } from 'node:path'
import { RtError } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { folderWriteError } from './folder-access.ts'
import { createRecord, isHeld, releaseLock, takeLock, updateLock } from './lock-file.ts'
import { type FoundLock, type LockRecord, readLock } from './read-lock.ts'

/** Who owns a data folder. */
export interface OwnerInfo {
  pid: number
  /** Where the owner listens, e.g. `http://127.0.0.1:8080`; absent while it does not. */
  address?: string
  /** 128 random bits as hex: lets a local command act through the owner's HTTP API. A secret. */
  token: string
  /** Wall clock, milliseconds since 1970. */
  startedAt: number
}

export interface Owner extends AsyncDisposable {
  readonly info: OwnerInfo
  /** Publishes where this process listens; undefined = nowhere any more. */
  setAddress(address: string | undefined): Promise<void>
}

export interface AcquireOwnerOptions {
  /** The data folder; must exist. */
  folder: string
  /** Where this process listens. Default: nowhere yet. */
  address?: string
}

const FILE = 'owner.json'

/**
 * Makes this process the one owner of a data folder, until disposed or the process ends. A lock left by a crashed
 * process is taken over. Processes see each other when they share the process ids of one machine (not across
 * containers that mount the same folder).
 *
 * @throws RtError `folder_owned` naming the process and its address; `not_found` without the folder; `forbidden` or
 * `read_only` when it cannot be written to; `forbidden` for the lock of a live process that others could have written.
 */
export const acquireOwner = async ({ folder, address }: AcquireOwnerOptions): Promise<Owner> => {
  const path = join(folder, FILE)
  let record = createRecord(address)
  const other = attempt(folder, () => takeLock(path, record))
  if (other) throw other.doubt === undefined ? ownedError(other) : strangerError(other)

  const release = (): void => releaseLock(path, record)
  process.on('exit', release)
  return {
    get info() {
      return toInfo(record)
    },
    async setAddress(next) {
      record = { ...record, address: next }
      if (attempt(folder, () => updateLock(path, record))) return
      throw new RtError({
        code: 'conflict',
        message: `the lock file ${FILE} of this process is gone from its data folder.`,
        hint: 'Something else removed it. Stop this process and start it again.',
      })
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', release)
      attempt(folder, release)
    },
  }
}

/**
 * The live owner of a folder; undefined when there is none, or only the lock of a process that is gone.
 *
 * @throws RtError `forbidden` for one that others than this user could have written: it may name any address.
 */
export const readOwner = async (folder: string): Promise<OwnerInfo | undefined> => {
  const found = attempt(folder, () => readLock(join(folder, FILE)))
  if (!found || !isHeld(found)) return undefined
  if (found.doubt !== undefined) throw strangerError(found)
  return toInfo(found)
}

const toInfo = ({ pid, address, token, startedAt }: LockRecord): OwnerInfo => ({
  pid,
  ...(address !== undefined && { address }),
  token,
  startedAt,
})

const ownedError = ({ pid, address }: LockRecord): RtError => {
  const where = address ? `, listening on ${address}` : ''
  const who = pid === process.pid ? `this process already (${pid}${where})` : `process ${pid}${where}`
  return new RtError({
    code: 'folder_owned',
    message: `the data folder is owned by ${who}.`,
    hint: `${whatHelps(pid, address)} Or use another data folder. Reading works meanwhile.`,
    data: { pid, ...(address && { address }) },
  })
}

const whatHelps = (pid: number, address: string | undefined): string => {
  if (pid === process.pid) return 'Use what is open here already, or close it first.'
  return address
    ? 'The commands of rt act through it: rt ps shows it, rt stop ends it.'
    : 'Usually an open rt chat or a program of yours: end it. Or start rt serve first: then all commands work beside each other.'
}

/** Not taken over either: the process may be a real owner whose file was copied or given other rights. */
const strangerError = ({ pid, doubt }: FoundLock): RtError =>
  new RtError({
    code: 'forbidden',
    message: `${FILE} of the data folder names process ${pid} as its owner, and is not believed: ${doubt}.`,
    hint: `If you started that process, stop it, or give the file back: chmod 600 ${FILE}, as its user. If the folder came from somewhere else, remove ${FILE}.`,
    data: { pid },
  })

const attempt = <T>(folder: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw folderWriteError(error, folder) ?? fileError(error, FILE, 'used as the lock of the data folder')
  }
}
