import { crc32 as zlibCrc32 } from 'node:zlib'

/** CRC-32 (the one of zip and PNG), unsigned. Finds accidents, not attacks. */
export const crc32 = (bytes: Uint8Array): number => zlibCrc32(bytes)
