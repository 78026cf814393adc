import type { FileReader } from '../file-reader.ts'

export const HEAD_BYTES = 96
/** Where the head has the number of elements, and the bytes of each. */
const COUNT_AT = 16
const ELEMENT_BYTES_AT = 24
const PART_BYTES = 2 ** 20

/**
 * How long a file has to be that hnswlib wrote: a head, the elements, then for each its lists of the levels above, their
 * length first. hnswlib tells of no failed write at all.
 */
export const hnswFileLength = (read: FileReader): number | undefined => {
  const head = read(0, HEAD_BYTES)
  if (!head) return undefined
  const count = Number(head.getBigUint64(COUNT_AT, true))
  let at = HEAD_BYTES + count * Number(head.getBigUint64(ELEMENT_BYTES_AT, true))
  let part: DataView | undefined
  let partAt = 0
  for (let element = 0; element < count; element++) {
    if (!part || at + 4 > partAt + part.byteLength) {
      part = read(at, PART_BYTES, 4)
      partAt = at
      if (!part) return undefined
    }
    at += 4 + part.getUint32(at - partAt, true)
  }
  return at
}
