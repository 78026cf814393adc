/** Requests choose names: what they can make us remember has an end. */
const MOST = 256

/** Keeps a promise under a key. The oldest of too many goes, and one that fails: the next try may succeed. */
export const keepPromise = <T>(kept: Map<string, Promise<T>>, key: string, promise: Promise<T>): void => {
  if (kept.size >= MOST) kept.delete(kept.keys().next().value!)
  kept.set(key, promise)
  promise.catch(() => kept.delete(key))
}
