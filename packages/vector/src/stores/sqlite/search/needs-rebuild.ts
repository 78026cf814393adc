export interface GraphWear {
  /** Vectors of the collection. */
  vectors: number
  /** Entries of the graph that are still right. */
  entries: number
  /** Entries that were removed or replaced, and still cost. */
  tombstones: number
  /** Vectors the graph does not have yet. */
  tail: number
  /** Entries added since the graph was saved: a restart would have to add them again. */
  unsaved: number
}

/** Share of the graph from which on it is better built anew. */
const WORN = 0.2
/** Below this the shares say little, and nothing is slow. */
const FEW = 256

/** Why a graph should be built anew; undefined while it is good. */
export const needsRebuild = ({ vectors, entries, tombstones, tail, unsaved }: GraphWear): string | undefined => {
  if (tombstones >= FEW && tombstones >= WORN * (entries + tombstones)) return `${tombstones} tombstones`
  if (tail >= FEW && tail >= WORN * vectors) return `a tail of ${tail}`
  if (unsaved >= FEW && unsaved >= WORN * vectors) return `${unsaved} entries that no file has`
  return undefined
}
