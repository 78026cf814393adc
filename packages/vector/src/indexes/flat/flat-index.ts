import { createPacer } from '../../driver-kit/pacer.ts'
import { createTopK } from '../../driver-kit/top-k.ts'
import {
  BLOCK_SLOTS,
  type DenseHit,
  type IndexSnapshot,
  type SlotEntry,
  type StoredBlock,
  type VectorIndex,
} from '../../driver-kit/types.ts'
import { unitCosine, writeUnit } from '../../driver-kit/vector-math.ts'

/** Never changed once made, so a search that yields keeps what it began with. */
interface UnitBlock {
  vectors: Float32Array
  records: Float64Array
}

/** The exact scan: every vector, scaled to length 1, in memory (4 bytes a dimension). Right up to some 10,000 vectors. */
export const createFlatIndex = (): VectorIndex => {
  let current: IndexSnapshot = createSnapshot(0, [])
  let blocks: UnitBlock[] = []
  let staged = new Map<number, UnitBlock>()
  return {
    kind: 'flat',
    snapshot: () => current,
    stage: (block, dimensions) => void staged.set(block.block, toUnitBlock(block, dimensions)),
    commit(version) {
      blocks = [...blocks]
      for (const [index, block] of staged) blocks[index] = block
      staged = new Map()
      current = createSnapshot(version, blocks)
    },
  }
}

const toUnitBlock = ({ vectors, records }: StoredBlock, dimensions: number): UnitBlock => {
  const units = new Float32Array(vectors.length)
  for (let slot = 0; slot < records.length; slot++) {
    if (!records[slot]) continue
    const offset = slot * dimensions
    writeUnit(vectors.subarray(offset, offset + dimensions), units, offset)
  }
  return { vectors: units, records }
}

const createSnapshot = (version: number, blocks: readonly UnitBlock[]): IndexSnapshot => {
  const find = ({ slot, record }: SlotEntry): UnitBlock | undefined => {
    const block = blocks[Math.floor(slot / BLOCK_SLOTS)]
    return block?.records[slot % BLOCK_SLOTS] === record ? block : undefined
  }
  const cosine = (unit: Float32Array, entry: SlotEntry): number | undefined => {
    const block = find(entry)
    return block && unitCosine(unit, block.vectors, (entry.slot % BLOCK_SLOTS) * unit.length)
  }
  return {
    version,
    cosine,
    async nearest(unit, k, { only, signal }) {
      const best = createTopK(k)
      const pace = createPacer(signal)
      const scanned = only ? groupsOf(only) : blocks.map((_, index) => index)
      for (const group of scanned) {
        if (typeof group === 'number') scanBlock(blocks[group], group, unit, best.offer)
        else for (const entry of group) offerEntry(entry, cosine(unit, entry), best.offer)
        const pause = pace()
        if (pause) await pause
      }
      return best.take().map(({ key, score }) => toHit(blocks, key, score))
    },
  }
}

type Offer = (slot: number, cosine: number) => void

const scanBlock = (block: UnitBlock | undefined, index: number, unit: Float32Array, offer: Offer): void => {
  if (!block) return
  const { records, vectors } = block
  for (let slot = 0; slot < records.length; slot++)
    if (records[slot]) offer(index * BLOCK_SLOTS + slot, unitCosine(unit, vectors, slot * unit.length))
}

const offerEntry = ({ slot }: SlotEntry, cosine: number | undefined, offer: Offer): void => {
  if (cosine !== undefined) offer(slot, cosine)
}

/** Pieces of a block's size: small enough to look at the clock after each. */
const groupsOf = (entries: SlotEntry[]): SlotEntry[][] =>
  Array.from({ length: Math.ceil(entries.length / BLOCK_SLOTS) }, (_, index) =>
    entries.slice(index * BLOCK_SLOTS, (index + 1) * BLOCK_SLOTS),
  )

const toHit = (blocks: readonly UnitBlock[], slot: number, cosine: number): DenseHit => ({
  slot,
  record: blocks[Math.floor(slot / BLOCK_SLOTS)]!.records[slot % BLOCK_SLOTS]!,
  cosine,
})
