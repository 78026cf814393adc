/** Slots are uint32: hnswlib would wrap a larger one around without a word. */
export const MAX_SLOTS: number = 2 ** 32
