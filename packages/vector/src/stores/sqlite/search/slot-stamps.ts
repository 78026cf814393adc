import type { StoredBlock } from '../../../driver-kit/types.ts'
import { BLOCK_SLOTS } from '../../../driver-kit/types.ts'

/** What each slot holds: whatever was made of a slot is right as long as these are the same. */
export interface SlotStamps {
  /** Record number; 0 = free. */
  readonly records: Float64Array
  /** CRC-32 of the vector. */
  readonly checksums: Uint32Array
}

export interface GrowingStamps extends SlotStamps {
  /** Takes over a block, telling of each slot that is not what it was. */
  setBlock(block: StoredBlock, changed: (slot: number, used: boolean) => void): void
}

export const createSlotStamps = (): GrowingStamps => {
  let records = new Float64Array(0)
  let checksums = new Uint32Array(0)
  const grow = (least: number): void => {
    const size = Math.max(least, Math.ceil(records.length * 1.5))
    const [oldRecords, oldChecksums] = [records, checksums]
    records = new Float64Array(size)
    checksums = new Uint32Array(size)
    records.set(oldRecords)
    checksums.set(oldChecksums)
  }
  return {
    get records() {
      return records
    },
    get checksums() {
      return checksums
    },
    setBlock(block, changed) {
      const start = block.block * BLOCK_SLOTS
      if (start + BLOCK_SLOTS > records.length) grow(start + BLOCK_SLOTS)
      for (let place = 0; place < BLOCK_SLOTS; place++) {
        const slot = start + place
        const record = block.records[place]!
        const checksum = record ? block.checksums[place]! : 0
        if (records[slot] === record && checksums[slot] === checksum) continue
        records[slot] = record
        checksums[slot] = checksum
        changed(slot, record !== 0)
      }
    },
  }
}
