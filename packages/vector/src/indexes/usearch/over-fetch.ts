import { hasBit } from '../bitmap.ts'
import type { Bitmap } from '../types.ts'

/** Asked for beyond what a filter is expected to leave: the last ones a walk finds are not the nearest, and some are missing. */
const MARGIN = 3
/** A walk for more than this is slower than comparing those of the filter one by one. */
const MOST_FETCHED = 8192

export interface OverFetchOptions {
  /** Entries of the index. */
  size: number
  ef: number
  only: Bitmap
}

/**
 * The nearest that are in a bitmap, from an index that knows no filter: asks for so many that enough of them are likely to
 * be in it, then for four times as many as long as they are not. There may be fewer in the end.
 */
export const overFetch = (
  nearest: (wanted: number) => Uint32Array,
  count: number,
  { size, ef, only }: OverFetchOptions,
): Uint32Array => {
  if (only.count === 0) return new Uint32Array(0)
  const most = Math.min(size, Math.max(MOST_FETCHED, ef))
  const share = Math.min(1, only.count / size)
  for (let wanted = Math.max(ef, Math.ceil((MARGIN * count) / share)); ; wanted *= 4) {
    const found = nearest(Math.min(wanted, most)).filter((slot) => hasBit(only, slot))
    if (found.length >= count || wanted >= most) return found.subarray(0, count)
  }
}
