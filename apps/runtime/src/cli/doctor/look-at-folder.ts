import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { freeBytes } from '@rt/node/files'
import { bytes } from '../output/units.ts'
import type { Finding } from './check.ts'

/** Less than this, and a model or a few thousand documents do not fit any more. */
const LITTLE = 1_000_000_000
const NOTHING = 50_000_000

/**
 * Whether a folder can be written to, or made where it is not yet, and how much room it has.
 *
 * @param other how another one is named.
 */
export const lookAtFolder = async (name: string, folder: string, other: string): Promise<Finding> => {
  const existing = await nearestExisting(folder)
  const made = existing === folder
  if (!(await stat(existing)).isDirectory())
    return { name, state: 'red', detail: `${existing} is a file, not a folder`, fix: other }
  if (!(await isWritable(existing)))
    return { name, state: 'red', detail: `${folder}: ${made ? 'it' : existing} cannot be written to`, fix: other }
  const free = await freeBytes(existing)
  const detail = `${folder}, ${bytes(free)} free${made ? '' : ', made when it is needed'}`
  if (free < NOTHING) return { name, state: 'red', detail, fix: `Free space. ${other}` }
  return free < LITTLE ? { name, state: 'warning', detail, fix: `Free space. ${other}` } : { name, state: 'ok', detail }
}

const nearestExisting = async (path: string): Promise<string> => {
  for (let at = path; ; at = dirname(at)) {
    const exists = await stat(at).then(
      () => true,
      () => false,
    )
    if (exists || at === dirname(at)) return at
  }
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
