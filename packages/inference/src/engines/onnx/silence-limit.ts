/**
 * How long the child may be silent before it counts as hung: one run blocks it, and so does reading a file of weights. A
 * slow machine is given what its own speed asks for, never less than the floor.
 */
export interface SilenceLimit {
  /** Now, ms. */
  ms(): number
  /** While `work` runs, the longest piece of it may take so long. */
  during<T>(expectedMs: number, work: () => Promise<T>): Promise<T>
}

/** Of an expected time: attention grows with the square of a text, and other programs want the cores too. */
const SLACK = 10

export const createSilenceLimit = (floorMs: number): SilenceLimit => {
  const expected = new Set<{ ms: number }>()
  return {
    ms: () => Math.max(floorMs, ...[...expected].map(({ ms }) => ms * SLACK)),
    async during(ms, work) {
      const entry = { ms }
      expected.add(entry)
      try {
        return await work()
      } finally {
        expected.delete(entry)
      }
    },
  }
}
