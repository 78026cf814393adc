import { abortError, type Clock } from '../lifecycle/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time; sleepers whose time has come wake in order. */
  advance(ms: number): Promise<void>
  /** How many are asleep. */
  readonly sleeping: number
}

/** A Clock that stands still until told otherwise. */
export const createFakeClock = (start: number = Date.UTC(2026, 0, 1)): FakeClock => {
  let elapsed = 0
  let sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    get sleeping() {
      return sleepers.length
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(abortError(signal))
        const stop = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(abortError(signal))
        }
        const sleeper = {
          at: elapsed + ms,
          wake: () => {
            signal?.removeEventListener('abort', stop)
            resolve()
          },
        }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    async advance(ms) {
      elapsed += ms
      const due = sleepers.filter(({ at }) => at <= elapsed).toSorted((a, b) => a.at - b.at)
      sleepers = sleepers.filter((sleeper) => !due.includes(sleeper))
      for (const { wake } of due) wake()
      for (let i = 0; i < 10; i++) await Promise.resolve()
    },
  }
}
