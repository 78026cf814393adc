import { RtError } from '@rt/core'
import { lookInto } from '../file-reader.ts'
import { HEAD_BYTES } from './file-length.ts'

/** Where the head says at which byte of an element its label begins, and its vector before it. */
const LABEL_AT = 32
const VECTOR_AT = 40

/**
 * hnswlib takes a file of other dimensions for one of its own, and reads beyond its end.
 *
 * @throws RtError `checksum_mismatch`.
 */
export const checkDimensions = (path: string, dimensions: number): void => {
  const head = lookInto(path, (read) => read(0, HEAD_BYTES))
  const offset = (at: number): number => (head ? Number(head.getBigUint64(at, true)) : 0)
  const stored = (offset(LABEL_AT) - offset(VECTOR_AT)) / 4
  if (stored === dimensions) return
  throw new RtError({
    code: 'checksum_mismatch',
    message: `the file of an index has vectors of ${stored} dimensions, not ${dimensions}.`,
  })
}
