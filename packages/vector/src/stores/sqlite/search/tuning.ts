/** Numbers that tests need smaller or sooner. */
export interface SearchTuning {
  /** Bytes of vectors from which on a graph may pay. */
  graphBytes: number
  /** So few allowed vectors are compared one by one: quicker than a graph that has to pass over the others. */
  fewMatches: number
  /** From so many vectors on a new filter is first tried on a sample, before it is tried on every record. */
  sampleFrom: number
  /** Quiet time after which the search thread looks after its indexes. */
  idleMs: number
  /** Least time between two measurements of the recall. */
  canaryMs: number
}

export const DEFAULT_TUNING: SearchTuning = {
  // 10,000 vectors of 384 dimensions.
  graphBytes: 10_000 * 384 * 4,
  fewMatches: 10_000,
  sampleFrom: 20_000,
  idleMs: 50,
  canaryMs: 30_000,
}
