/** Sizes at which a store changes how it works; tests set smaller ones. */
export interface Limits {
  /** Old versions stay for searches that still read them, in other processes too. Milliseconds. */
  keepVersionsMs: number
  /** Bytes of vectors from which partitions pay: about 15 ms of comparing all of them. */
  partitionedBytes: number
  /** Up to here whole vectors lie in the partitions; beyond, four bits a dimension, and the best are compared exactly. */
  wholeBytes: number
  /** Records from which equality in filters gets an index. */
  indexedRecords: number
}

export const LIMITS: Readonly<Limits> = {
  keepVersionsMs: 15_000,
  partitionedBytes: 32 * 1024 * 1024,
  wholeBytes: 1024 * 1024 * 1024,
  indexedRecords: 10_000,
}
