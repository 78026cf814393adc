/**
 * How long the child may be silent before it counts as hung: one run blocks it, and so does reading a file of weights. A
 * slow machine is given what its own speed asks for, never less than the floor.
 */
export interface SilenceLimit {
  /** Now, ms. */
  ms(): number
  /** Until it is disposed, the longest piece of some work may take so long. */
  expect(expectedMs: number): Disposable
  /** While `work` runs, the longest piece of it may take so long. */
  during<T>(expectedMs: number, work: () => Promise<T>): Promise<T>
}

/** Of an expected time: attention grows with the square of a text, and other programs want the cores too. */
const SLACK = 10

export const createSilenceLimit = (floorMs: number): SilenceLimit => {
  const expected = new Set<{ ms: number }>()
  const expect = (ms: number): Disposable => {
    const entry = { ms }
    expected.add(entry)
    return { [Symbol.dispose]: () => void expected.delete(entry) }
  }
  return {
    ms: () => Math.max(floorMs, ...[...expected].map(({ ms }) => ms * SLACK)),
    expect,
    async during(ms, work) {
      using _entry = expect(ms)
      return await work()
    },
  }
}
