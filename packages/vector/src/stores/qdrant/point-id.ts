import { createHash } from 'node:crypto'

/**
 * The UUID a record's point has: of version 8 (RFC 9562), 122 bits of SHA-256, so that every process finds a record
 * under the same one. The record's own id stands in the payload.
 */
export const pointId = (id: string): string => {
  const bytes = createHash('sha256').update(id).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
