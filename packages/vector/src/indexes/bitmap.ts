import type { Bitmap } from './types.ts'

/** Never throws, whatever the slot: it is called from native code, which an exception would end. */
export const hasBit = ({ words }: Bitmap, slot: number): boolean => ((words[slot >>> 5]! >>> (slot & 31)) & 1) === 1

/** Appends the slots of one word to `into` from `at`; answers where the next one goes. */
export const slotsOfWord = ({ words }: Bitmap, word: number, into: Uint32Array, at: number): number => {
  let end = at
  for (let bits = words[word]! | 0; bits !== 0; bits &= bits - 1)
    into[end++] = word * 32 + (31 - Math.clz32(bits & -bits))
  return end
}
