import { crc32 } from '@rt/node/files'

/** LanceDB has no checksums of its own, and gives damaged numbers as if they were right. */
export const contentChecksum = ({
  id,
  text,
  metadata,
}: {
  id: string
  text: string | null
  metadata: string
}): number =>
  // An id and JSON have no NUL.
  crc32(Buffer.from(`${id}\0${metadata}\0${text === null ? '' : `=${text}`}`))

export const vectorChecksum = ({ buffer, byteOffset, byteLength }: Float32Array): number =>
  crc32(new Uint8Array(buffer, byteOffset, byteLength))
