import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { toRtError } from '@rt/core'
import { brokenProto } from './proto-reader.ts'

/** A file beside a model that holds some of its weights. */
export interface ExternalFile {
  path: string
  size: number
}

/**
 * The file of external data, inside the model's folder and nothing but a plain file there: a model that names any other
 * would have its bytes read into the weights.
 *
 * @param folder real path of the folder of the model.
 * @throws RtError `model_invalid`
 */
export const resolveExternal = (folder: string, location: string): ExternalFile => {
  const steps = location.split('/')
  // `*/_ORT_MEM_ADDR_/*` is onnxruntime's own word for an address in memory.
  const foreign = /[\\:*\0]/.test(location) || steps.some((step) => ['', '.', '..'].includes(step))
  if (foreign) throw refused(location, 'is no path inside its folder')
  let path = folder
  for (const [i, step] of steps.entries()) {
    path = join(path, step)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (!stats) throw refused(location, 'is not there')
    if (stats.isSymbolicLink()) throw refused(location, 'is a link')
    if (i < steps.length - 1 ? !stats.isDirectory() : !stats.isFile()) throw refused(location, 'is no plain file')
  }
  if (realpathSync(path) !== path) throw refused(location, 'lies outside of its folder')
  const { nlink, size } = openedStats(path, location)
  if (nlink > 1) throw refused(location, 'has a second name elsewhere (a hard link)')
  return { path, size }
}

/** Of what is opened without following a link that was put there meanwhile. Windows has no such flag. */
const openedStats = (path: string, location: string): { nlink: number; size: number } => {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    return fstatSync(fd)
  } catch (error) {
    throw refused(location, `cannot be read (${toRtError(error).message})`)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

const refused = (location: string, why: string) =>
  brokenProto(`keeps weights in "${location.slice(0, 200)}", which ${why}`)
