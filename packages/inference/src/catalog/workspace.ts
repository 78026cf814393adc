import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
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
    if (isOwned(name)) continue
    const age =
      Date.now() -
      (await stat(left).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ))
    if (age > MOST_AGE_MS) await rm(left, { recursive: true, force: true })
    else if (
      name.startsWith(`${slug}~${HOST}~`) &&
      (await rename(left, folder).then(
        () => true,
        () => false,
      ))
    )
      return true
  }
  return false
}

const isOwned = (name: string): boolean => {
  const [, host, pid] = name.split('~')
  if (host !== HOST) return false
  return Number(pid) === process.pid ? inUse.has(name) : isAlive(Number(pid))
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
