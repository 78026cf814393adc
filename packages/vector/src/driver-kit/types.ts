/** Vectors a block, the unit in which they are stored and read. */
export const BLOCK_SLOTS = 256

/** A block as stored, its checksums verified. */
export interface StoredBlock {
  block: number
  /** Up to `BLOCK_SLOTS` vectors as they were given, end to end. */
  vectors: Float32Array
  /** Record number of each slot; 0 = the slot is free. */
  records: Float64Array
  /** CRC-32 of each slot's vector. */
  checksums: Uint32Array
}
