import type { FusedHit, FusedPart, FusionKey, RankedList } from './ranked-list.ts'

/** Scores of one list, best first, in the same order on the scale of a fusion. */
export type Scale = (scores: readonly number[]) => number[]

/** Scales each list and adds up its weighted scores by key; best first, equal scores by key. */
export const fuseLists = <K extends FusionKey>(
  lists: readonly RankedList<K>[],
  weights: readonly number[],
  scale: Scale,
): FusedHit<K>[] => {
  const fused = new Map<K, FusedHit<K>>()
  for (const [list, { hits }] of lists.entries()) {
    const ordered = hits.toSorted((a, b) => b.score - a.score || compareKeys(a.key, b.key))
    const scaled = scale(ordered.map(({ score }) => score))
    for (const [index, { key }] of ordered.entries()) {
      let hit = fused.get(key)
      if (!hit) fused.set(key, (hit = { key, score: 0, parts: weights.map(missing) }))
      const part: FusedPart = { rank: index + 1, scaled: scaled[index]!, weight: weights[list]! }
      hit.parts[list] = part
      hit.score += part.scaled * part.weight
    }
  }
  return [...fused.values()].toSorted((a, b) => b.score - a.score || compareKeys(a.key, b.key))
}

const missing = (weight: number): FusedPart => ({ rank: undefined, scaled: 0, weight })

const compareKeys = (a: FusionKey, b: FusionKey): number => (a < b ? -1 : a > b ? 1 : 0)
