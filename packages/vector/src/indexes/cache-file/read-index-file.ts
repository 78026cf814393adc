import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fileError } from '@rt/node/files'
import { decodeMeta } from './encode-meta.ts'
import type { IndexMeta, Payload } from './index-meta.ts'
import { metaPath } from './names.ts'

export interface FoundIndex {
  meta: IndexMeta
  /** Every byte of it was what it should be a moment ago. */
  graphPath: string
}

const PART_BYTES = 4 * 2 ** 20

/**
 * A saved index whose files are whole: native code takes a damaged graph for a good one, and ends the process. A cache, so
 * nothing throws: a file that cannot be read is damaged.
 *
 * @returns undefined where there is none.
 */
export const readIndexFile = (folder: string, name: string): FoundIndex | { damaged: string } | undefined => {
  const path = metaPath(folder, name)
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : unreadable(error, name)
  }
  const decoded = decodeMeta(name, bytes)
  if ('damaged' in decoded) return decoded
  const { meta, payload } = decoded
  // A name alone: what a file says must not lead elsewhere.
  const graphPath = join(folder, basename(payload.file))
  try {
    const damaged = checkPayload(graphPath, payload)
    return damaged === undefined ? { meta, graphPath } : { damaged }
  } catch (error) {
    return unreadable(error, payload.file)
  }
}

const unreadable = (error: unknown, name: string): { damaged: string } => ({
  damaged: fileError(error, name, 'read').message,
})

/** @returns what is wrong. */
const checkPayload = (path: string, { bytes, crc }: Payload): string | undefined => {
  const found = sumFile(path)
  if (found.bytes !== bytes) return `its graph has ${found.bytes} bytes, not ${bytes}`
  return found.crc === crc ? undefined : 'the checksum of its graph is wrong'
}

/** Length and CRC-32 of a file. */
export const sumFile = (path: string): { bytes: number; crc: number } => {
  const file = openSync(path, 'r')
  try {
    const part = new Uint8Array(Math.min(PART_BYTES, fstatSync(file).size + 1))
    let bytes = 0
    let crc = 0
    for (let read = 0; (read = readSync(file, part)) > 0; bytes += read) crc = crc32(part.subarray(0, read), crc)
    return { bytes, crc }
  } finally {
    closeSync(file)
  }
}
