import { crc32 } from '@rt/node/files'
import type { IndexMeta, Payload } from './index-meta.ts'

/**
 * A meta file: magic with the version of this format, length of the head, head (JSON, filled up with spaces), records,
 * checksums, CRC-32 of all before. Numbers are little-endian.
 */
export const MAGIC = 'RTINDEX\u0001'
export const HEAD_AT = 16
const CRC_BYTES = 4

/** What the head holds; `name` so that files under each other's names are noticed. */
interface Head extends Omit<IndexMeta, 'records' | 'checksums'> {
  name: string
  slots: number
  payload: Payload
}

export const encodeMeta = (name: string, { records, checksums, ...meta }: IndexMeta, payload: Payload): Uint8Array => {
  const head: Head = { name, slots: records.length, payload, ...meta }
  const json = new TextEncoder().encode(JSON.stringify(head))
  const recordsAt = HEAD_AT + Math.ceil(json.length / 8) * 8
  const checksumsAt = recordsAt + records.byteLength
  const end = checksumsAt + checksums.byteLength
  const bytes = new Uint8Array(end + CRC_BYTES).fill(0x20, HEAD_AT, recordsAt)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(MAGIC))
  view.setUint32(MAGIC.length, recordsAt - HEAD_AT, true)
  bytes.set(json, HEAD_AT)
  new Float64Array(bytes.buffer, recordsAt, records.length).set(records)
  new Uint32Array(bytes.buffer, checksumsAt, checksums.length).set(checksums)
  view.setUint32(end, crc32(bytes.subarray(0, end)), true)
  return bytes
}

/** @returns what is wrong, or the meta; its CRC vouches for all of its fields. */
export const decodeMeta = (
  name: string,
  given: Uint8Array,
): { meta: IndexMeta; payload: Payload } | { damaged: string } => {
  // In a buffer of its own: views need aligned places.
  const bytes = new Uint8Array(given)
  const view = new DataView(bytes.buffer)
  const end = bytes.length - CRC_BYTES
  if (end < HEAD_AT) return { damaged: `its head has ${bytes.length} bytes` }
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end)))
    return { damaged: 'the checksum of its head is wrong' }
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
    return { damaged: 'its head is of another version' }
  const recordsAt = HEAD_AT + view.getUint32(MAGIC.length, true)
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD_AT, recordsAt))) as Head
  const { name: written, slots, payload, ...meta } = head
  if (written !== name) return { damaged: `it was saved as ${written}` }
  const records = new Float64Array(bytes.buffer, recordsAt, slots)
  const checksums = new Uint32Array(bytes.buffer, recordsAt + records.byteLength, slots)
  return { meta: { ...meta, records, checksums }, payload }
}
