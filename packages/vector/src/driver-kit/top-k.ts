export interface TopK {
  /** Offers a candidate; equal scores keep the lower key. */
  offer(key: number, score: number): void
  /** A score below this cannot enter. */
  floor(): number
  /** Best first. */
  take(): { key: number; score: number }[]
}

/** Keeps the `k` best of any number of candidates in a bounded min-heap: O(log k) for those that enter, O(1) for the rest. */
export const createTopK = (k: number): TopK => {
  const keys: number[] = []
  const scores: number[] = []

  /** Whether the entry at `a` must leave before the one at `b`. */
  const worse = (a: number, b: number): boolean =>
    scores[a]! < scores[b]! || (scores[a] === scores[b] && keys[a]! > keys[b]!)

  const swap = (a: number, b: number): void => {
    ;[keys[a], keys[b]] = [keys[b]!, keys[a]!]
    ;[scores[a], scores[b]] = [scores[b]!, scores[a]!]
  }

  const siftUp = (start: number): void => {
    for (let child = start; child > 0;) {
      const parent = (child - 1) >> 1
      if (!worse(child, parent)) return
      swap(child, parent)
      child = parent
    }
  }

  const siftDown = (): void => {
    for (let parent = 0; ;) {
      let least = parent
      const left = 2 * parent + 1
      if (left < keys.length && worse(left, least)) least = left
      if (left + 1 < keys.length && worse(left + 1, least)) least = left + 1
      if (least === parent) return
      swap(least, parent)
      parent = least
    }
  }

  return {
    offer(key, score) {
      if (keys.length < k) {
        scores.push(score)
        return siftUp(keys.push(key) - 1)
      }
      if (score < scores[0]! || (score === scores[0] && key > keys[0]!)) return
      keys[0] = key
      scores[0] = score
      siftDown()
    },
    floor: () => (keys.length < k ? -Infinity : scores[0]!),
    take: () =>
      keys.map((key, index) => ({ key, score: scores[index]! })).toSorted((a, b) => b.score - a.score || a.key - b.key),
  }
}
