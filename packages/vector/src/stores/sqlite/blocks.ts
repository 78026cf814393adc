import { crc32 } from 'node:zlib'
import { RtError } from '@rt/core'
import { BLOCK_SLOTS, type StoredBlock } from '../../driver-kit/types.ts'

/** The columns of a block. Numbers in BLOBs are little-endian, as on every machine Node runs on. */
export interface BlockRow {
  block: number
  records: Uint8Array
  checksums: Uint8Array
  vectors: Uint8Array
}

/** A block in memory while a write changes it. */
export interface OpenBlock {
  block: number
  /** Row number; undefined for a block that is not stored yet. */
  id: number | undefined
  records: Float64Array
  checksums: Uint32Array
  /** Undefined while no vector of it changes. */
  vectors: Float32Array | undefined
}

export const emptyBlock = (block: number, dimensions: number): OpenBlock => ({
  block,
  id: undefined,
  records: new Float64Array(BLOCK_SLOTS),
  checksums: new Uint32Array(BLOCK_SLOTS),
  vectors: new Float32Array(BLOCK_SLOTS * dimensions),
})

/** Puts a vector into a slot. */
export const fillSlot = (block: OpenBlock, place: number, record: number, vector: Float32Array): void => {
  block.vectors!.set(vector, place * vector.length)
  block.checksums[place] = checksumOf(vector)
  block.records[place] = record
}

/** The vectors up to the last slot in use: a small collection stays small on disk. */
export const usedVectors = ({ records, vectors }: OpenBlock, dimensions: number): Uint8Array => {
  const used = records.findLastIndex((record) => record !== 0) + 1
  return toBytes(vectors!.subarray(0, used * dimensions))
}

export const freeSlots = ({ records }: Pick<OpenBlock, 'records'>): number =>
  records.reduce((count, record) => count + (record === 0 ? 1 : 0), 0)

/**
 * A stored block, each vector in use checked against its checksum.
 *
 * @throws RtError `database_corrupt` naming block and slot.
 */
export const readBlock = (row: BlockRow, dimensions: number, collection: string): StoredBlock => {
  const records = new Float64Array(aligned(row.records, 8))
  const checksums = new Uint32Array(aligned(row.checksums, 4))
  const vectors = new Float32Array(aligned(row.vectors, 4))
  if (records.length !== BLOCK_SLOTS || checksums.length !== BLOCK_SLOTS)
    throw corrupt(collection, `block ${row.block}`)
  for (let place = 0; place < BLOCK_SLOTS; place++) {
    if (!records[place]) continue
    const vector = vectors.subarray(place * dimensions, (place + 1) * dimensions)
    if (vector.length !== dimensions || checksumOf(vector) !== checksums[place])
      throw corrupt(collection, `block ${row.block}, slot ${place}`)
  }
  return { block: row.block, records, checksums, vectors }
}

/** @throws RtError `database_corrupt` naming the record. */
export const readVector = (
  bytes: Uint8Array,
  checksum: Uint8Array,
  dimensions: number,
  where: { collection: string; id: string },
): Float32Array => {
  const vector = new Float32Array(aligned(bytes, 4))
  if (vector.length !== dimensions || checksumOf(vector) !== new Uint32Array(aligned(checksum, 4))[0])
    throw corrupt(where.collection, `record ${JSON.stringify(where.id)}`)
  return vector
}

export const toBytes = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** The bytes as a buffer of their own, cut to whole numbers of `size` bytes, so that damage cannot make a view throw. */
export const aligned = (bytes: Uint8Array, size: 4 | 8): ArrayBuffer => {
  const length = bytes.byteLength - (bytes.byteLength % size)
  const whole = bytes.byteOffset === 0 && bytes.buffer.byteLength === length
  return (whole ? bytes.buffer : bytes.slice(0, length).buffer) as ArrayBuffer
}

const checksumOf = (vector: Float32Array): number => crc32(toBytes(vector))

/** Of what cannot be as it is stored. */
export const corrupt = (collection: string, where: string): RtError =>
  new RtError({
    code: 'database_corrupt',
    message: `collection "${collection}": a stored vector is damaged (${where}).`,
    hint: 'Restore the file from a backup, or drop the collection and ingest its sources again.',
    data: { collection, where },
  })
