import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Clock, createSecretId, RtError, systemClock } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { copyTo, type CopyOptions } from './copy-to.ts'
import { acquireOwner, type Owner } from './owner.ts'
import { removeDatabase } from './remove-database.ts'
import { replaceDatabase } from './replace-database.ts'

export interface RestoreOptions extends CopyOptions {
  /** The backup. It stays as it is. */
  from: string
  /** The data file to replace; its folder must exist. */
  to: string
  /** The lock of the folder, when the caller has it. Default: taken for the time of the call. */
  owner?: Owner
  /** Versions this program knows, by namespace: a backup that is newer is refused. Default: found out when it is opened. */
  known?: Readonly<Record<string, number>>
  /** Names the file that is kept. Default: the system's. */
  clock?: Clock
}

export interface RestoreResult {
  path: string
  bytes: number
  /** Where the data from before lies now; absent when there was none. */
  kept?: string
  /** Version of each subsystem's tables. */
  versions: Record<string, number>
}

/**
 * Puts a backup in the place of a data file, which is kept as `<name>.before-restore-<time>`. The backup is copied and
 * checked first; then one rename replaces the file, so that a crash at any point leaves the old data or the new. What
 * fails before it changes nothing. Only a disk that fails right after it, when the new name is made durable, makes an
 * error of a restore that has happened; the data from before is kept then too.
 *
 * @throws RtError `not_found`, `folder_owned`, `database_corrupt` or `invalid_request` for what is no backup of rt,
 * `database_newer`, `disk_full`, `aborted`; `database_error` while another process reads the old file.
 */
export const restore = async (options: RestoreOptions): Promise<RestoreResult> => {
  const { from, to, known = {}, clock = systemClock } = options
  await refuseSame(from, to)
  await using lock = options.owner ? undefined : await acquireOwner({ folder: dirname(to) })
  void lock
  await sweep(to)
  const temporary = join(dirname(to), `${temporaryPrefix(to)}${createSecretId()}.tmp`)
  try {
    const { bytes, versions } = await copyTo(from, temporary, { ...options, isStill: true })
    if (!versions) throw foreignError(from)
    refuseNewer(from, versions, known)
    const kept = await replaceDatabase(temporary, to, clock.now())
    return { path: to, bytes, ...(kept !== undefined && { kept }), versions }
  } finally {
    await removeDatabase(temporary)
  }
}

const temporaryPrefix = (to: string): string => `.${basename(to)}.restore-`

const refuseSame = async (from: string, to: string): Promise<void> => {
  try {
    const [source, target] = await Promise.all([
      stat(from, { bigint: true }),
      stat(to, { bigint: true }).catch(() => undefined),
    ])
    if (!target || source.ino !== target.ino || source.dev !== target.dev) return
  } catch (error) {
    throw fileError(error, from, 'read')
  }
  throw new RtError({
    code: 'invalid_request',
    message: `${basename(from)} is the data file itself. Nothing was changed.`,
    hint: 'Name the backup to take the data from.',
  })
}

/** What a restore that was killed left behind. The lock of the folder is held: no other restore is under way. */
const sweep = async (to: string): Promise<void> => {
  const folder = dirname(to)
  const prefix = temporaryPrefix(to)
  try {
    for (const name of await readdir(folder)) {
      if (name.startsWith(prefix) && name.endsWith('.tmp')) await removeDatabase(join(folder, name))
    }
  } catch (error) {
    throw fileError(error, folder, 'read')
  }
}

const foreignError = (from: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `${basename(from)} is a SQLite file, but not one of rt. Nothing was changed.`,
    hint: 'Name a file that a backup of rt made.',
  })

const refuseNewer = (from: string, versions: Record<string, number>, known: Readonly<Record<string, number>>): void => {
  for (const [namespace, version] of Object.entries(versions)) {
    const most = known[namespace]
    if (most === undefined || version <= most) continue
    throw new RtError({
      code: 'database_newer',
      message: `${basename(from)} holds "${namespace}" in version ${version}; this program knows version ${most}. Nothing was changed.`,
      hint: 'Use the newer version of rt that wrote it, or an older backup.',
      data: { namespace, found: version, known: most },
    })
  }
}
