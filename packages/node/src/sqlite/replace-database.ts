import { link, lstat, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from '../files/file-error.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { runTask } from './run-task.ts'

/** Logs of a database. One that stays beside another database destroys it: SQLite would play it into that one. */
const LOGS = ['-wal', '-journal']

/**
 * Replaces a database by a complete one that lies beside it, and keeps the old one under another name, which is returned.
 * The caller owns the folder. Each step leaves a whole database under the name:
 *
 * 1. The old file takes in its log and is locked. From now on it is complete in itself.
 * 2. It gets a second name. Nothing is moved, so that the first name is never missing.
 * 3. One rename puts the new file in its place.
 *
 * An old file too damaged for step 1 keeps its logs: they get a second name too, and lose the first one before the
 * rename, so that none of them can ever meet the new file.
 */
export const replaceDatabase = async (replacement: string, path: string, now: number): Promise<string | undefined> => {
  const exists = await isThere(path)
  await using settled = exists ? await runTask({ type: 'settle', path }) : undefined
  try {
    if (exists) await forgetUnusedNames(path)
    const kept = `${path}.before-restore-${await freeName(path, now)}`
    const logs = settled?.value ? [] : await present(LOGS.map((suffix) => path + suffix))
    const names: [string, string][] = [...(exists ? [path] : []), ...logs].map((name) => [
      name,
      kept + name.slice(path.length),
    ])
    await swap(replacement, path, { names, logs })
    return exists ? kept : undefined
  } catch (error) {
    throw fileError(error, path, 'replaced')
  }
}

const swap = async (
  replacement: string,
  path: string,
  { names, logs }: { names: [string, string][]; logs: string[] },
): Promise<void> => {
  const folder = dirname(path)
  try {
    for (const [from, to] of names) await link(from, to)
    await syncFolder(folder)
    for (const log of logs) await rm(log)
    // Only a cache, made anew when it is missing, but one of another file.
    await rm(`${path}-shm`, { force: true })
    await rename(replacement, path)
  } catch (error) {
    for (const [from, to] of names) {
      // A log that lost its name gets it back.
      await link(to, from).catch(() => {})
      await rm(to, { force: true }).catch(() => {})
    }
    throw error
  }
  await syncFolder(folder)
}

/** A second name that a killed restore gave to the file that is still in use: nobody should open it under that one. */
const forgetUnusedNames = async (path: string): Promise<void> => {
  const { ino, dev } = await stat(path, { bigint: true })
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.before-restore-`)) continue
    const other = join(dirname(path), name)
    const found = await lstat(other, { bigint: true })
    if (found.ino === ino && found.dev === dev) await rm(other)
  }
}

const freeName = async (path: string, now: number): Promise<string> => {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
  for (let count = 1; ; count++) {
    const name = count === 1 ? time : `${time}-${count}`
    if ((await present([`${path}.before-restore-${name}`])).length === 0) return name
  }
}

const present = async (paths: string[]): Promise<string[]> => {
  const found = await Promise.all(paths.map(isThere))
  return paths.filter((_, index) => found[index])
}

const isThere = async (path: string): Promise<boolean> => {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
