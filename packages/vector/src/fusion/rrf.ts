import { type FusedHit, type RankedList, sumLists } from './min-max.ts'

/**
 * Reciprocal rank fusion: the sum of `weight / (k + rank)`, ranks counted from 1 (Cormack, Clarke and Büttcher,
 * SIGIR 2009, with their k = 60). It looks at order alone, so it suits lists whose scores mean nothing; scores are not
 * scaled to [0, 1]. Equal scores within a list are ranked by key.
 */
export const rrf = (lists: readonly RankedList[], { k = 60 }: { k?: number } = {}): FusedHit[] =>
  sumLists(
    lists.map(({ weight = 1, hits }) =>
      hits
        .toSorted((a, b) => b.score - a.score || a.key - b.key)
        .map(({ key }, index) => ({ key, score: weight / (k + index + 1) })),
    ),
  )
