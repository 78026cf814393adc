import type { CachedTokens, Slot, SlotRequest } from './slots.ts'

/** Length of what two token lists share at their start. */
export const commonPrefix = (a: readonly number[], b: readonly number[]): number => {
  const end = Math.min(a.length, b.length)
  let length = 0
  while (length < end && a[length] === b[length]) length++
  return length
}

export const isOtherThread = (slot: Slot<CachedTokens>, { cacheKey }: SlotRequest): boolean =>
  slot.cacheKey !== undefined && cacheKey !== undefined && slot.cacheKey !== cacheKey

/**
 * The slot to go on with: the same thread's, else the one of this principal that shares most. One that would lose more
 * than half of what it holds is left alone, for its own thread will come back.
 */
export const bestMatch = <S extends CachedTokens, T extends Slot<S>>(
  free: T[],
  { tokens, principal, cacheKey }: SlotRequest,
): T | undefined => {
  const own = free.filter((slot) => slot.principal === principal)
  const sameThread = cacheKey === undefined ? undefined : own.find((slot) => slot.cacheKey === cacheKey)
  if (sameThread) return sameThread
  return own
    .map((slot) => ({ slot, cached: slot.sequence.contextTokens }))
    .map(({ slot, cached }) => ({ slot, held: cached.length, shared: commonPrefix(cached, tokens) }))
    .filter(({ held, shared }) => shared > 0 && shared * 2 >= held)
    .toSorted((a, b) => b.shared - a.shared)[0]?.slot
}
