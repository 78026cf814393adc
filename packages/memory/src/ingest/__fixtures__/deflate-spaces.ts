import { constants, deflateRawSync } from 'node:zlib'

/** What unpacks to so many megabytes of spaces, made without holding them. */
export const deflateSpaces = (megabytes: number): Buffer => {
  // Blocks that end at a byte can be repeated; the last one says that it is the last.
  const block = deflateRawSync(Buffer.alloc(1_000_000, 32), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array.from({ length: megabytes }, () => block), Buffer.from([3, 0])])
}
