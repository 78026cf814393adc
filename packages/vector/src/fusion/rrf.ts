import { fuseLists } from './fuse-lists.ts'
import type { FusedHit, FusionKey, RankedList } from './ranked-list.ts'

/**
 * Reciprocal rank fusion: the sum of `weight / (k + rank)`, ranks counted from 1 (Cormack, Clarke and Büttcher,
 * SIGIR 2009, with their k = 60). It looks at order alone, so it suits lists whose scores mean nothing; scores are not
 * scaled to [0, 1]. Equal scores within a list are ranked by key.
 */
export const rrf = <K extends FusionKey>(
  lists: readonly RankedList<K>[],
  { k = 60 }: { k?: number } = {},
): FusedHit<K>[] =>
  fuseLists(
    lists,
    lists.map(({ weight = 1 }) => weight),
    (scores) => scores.map((_, index) => 1 / (k + index + 1)),
  )
