import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createSecretId } from '@rt/core'
import { HTTP_PREFIX } from './sources/https.ts'

/** A folder for one pull. Nobody else writes there, and nothing in it is ever loaded. */
export interface Workspace {
  readonly folder: string
  /** Deletes all of it; after a failure what a download can resume is kept for the next pull of that model. */
  close(outcome: { failed: boolean }): Promise<void>
}

/** Leftovers older than this are deleted. */
const MOST_AGE_MS = 7 * 24 * 3_600_000
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
/** Folders of this process that are in use: `.partial/<slug>~<host>~<pid>~<random>`. */
const inUse = new Set<string>()

/**
 * Opens a workspace below the models folder, on the same disk, so that files move into place by a rename. It begins with
 * what an earlier pull of that model left, when the process that owned it is gone: taking it over is one rename, which only
 * one of several processes can win.
 */
export const openWorkspace = async (models: string, slug: string): Promise<Workspace> => {
  const parent = join(models, '.partial')
  await mkdir(parent, { recursive: true })
  const name = `${slug}~${HOST}~${process.pid}~${createSecretId().slice(0, 12)}`
  const folder = join(parent, name)
  inUse.add(name)
  if (!(await takeOver(parent, slug, folder))) await mkdir(folder)
  return {
    folder,
    async close({ failed }) {
      const kept = failed ? await deleteRest(folder) : 0
      if (kept === 0) await rm(folder, { recursive: true, force: true })
      inUse.delete(name)
    },
  }
}

const takeOver = async (parent: string, slug: string, folder: string): Promise<boolean> => {
  for (const name of await readdir(parent)) {
    const left = join(parent, name)
    if (inUse.has(name)) continue
    // Age first: the process that has the id of the owner by now may be another one.
    if (await isOld(left)) await rm(left, { recursive: true, force: true })
    else if (name.startsWith(`${slug}~${HOST}~`) && !isOwned(name) && (await move(left, folder))) return true
  }
  return false
}

const isOld = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > MOST_AGE_MS,
    () => false,
  )

/** As new, lest another pull finds it old. False: another process was faster. */
const move = async (from: string, to: string): Promise<boolean> => {
  try {
    await rename(from, to)
  } catch {
    return false
  }
  const now = new Date()
  await utimes(to, now, now)
  return true
}

/** Of this host: a process that runs. Its own leftovers are a process's to take. */
const isOwned = (name: string): boolean => {
  const pid = Number(name.split('~')[2])
  return pid !== process.pid && isAlive(pid)
}

const isAlive = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Deletes all but resumable downloads; returns how many files are kept. */
const deleteRest = async (folder: string): Promise<number> => {
  const names = await readdir(folder).catch(() => [])
  const kept = names.filter((name) => name.startsWith(HTTP_PREFIX))
  await Promise.all(
    names
      .filter((name) => !kept.includes(name))
      .map((name) => rm(join(folder, name), { recursive: true, force: true })),
  )
  return kept.length
}
