export type FusionKey = string | number

/** What one search found: any order, higher scores are better. */
export interface RankedList<K extends FusionKey = FusionKey> {
  /** Share of this list in the fused score, relative to the other lists. Default 1. */
  weight?: number
  hits: readonly { key: K; score: number }[]
}

/** What one list gave to a fused score. */
export interface FusedPart {
  /** Place in the list, from 1, equal scores by key; undefined when the list did not find it. */
  rank: number | undefined
  /** Its score on the scale of the fusion; 0 when the list did not find it. */
  scaled: number
  weight: number
}

export interface FusedHit<K extends FusionKey = FusionKey> {
  key: K
  /** The sum of `scaled * weight` over the parts. */
  score: number
  /** One for each list, in their order. */
  parts: FusedPart[]
}
