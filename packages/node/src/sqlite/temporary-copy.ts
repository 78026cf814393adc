import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createSecretId } from '@rt/core'
import { isAlive, processIdentity } from './process-identity.ts'
import { removeDatabase } from './remove-database.ts'

/** Process, its identity where the system gives one, and what tells its copies apart. */
const MAKER = /^(\d+)-(?:([0-9a-f-]+_\d+)-)?[0-9a-f]{32}\.tmp$/

/** A name beside `target`, so that naming the copy is no copy. It tells who makes it. */
export const temporaryCopy = (target: string): string => {
  // A colon is no part of a name on every disk.
  const identity = processIdentity(process.pid)?.replace(':', '_')
  const maker = [process.pid, ...(identity === undefined ? [] : [identity]), createSecretId()].join('-')
  return join(dirname(target), `${prefixOf(target)}${maker}.tmp`)
}

/** Removes the copies for this target whose makers were killed. What cannot be seen or removed stays. */
export const sweepTemporaryCopies = async (target: string): Promise<void> => {
  const folder = dirname(target)
  const prefix = prefixOf(target)
  for (const name of await readdir(folder).catch(() => [])) {
    const maker = name.startsWith(prefix) ? MAKER.exec(name.slice(prefix.length)) : null
    if (maker && !isAlive(Number(maker[1]), maker[2]?.replace('_', ':'))) await removeDatabase(join(folder, name))
  }
}

const prefixOf = (target: string): string => `.${basename(target)}.`
