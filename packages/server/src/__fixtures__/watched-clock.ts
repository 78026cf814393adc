import { createFakeClock, type FakeClock } from '@rt/core/testing'

export interface WatchedClock extends FakeClock {
  /** Resolves as soon as so many are asleep. */
  whenSleeping(count: number): Promise<void>
}

/** A fake clock that tells when someone falls asleep or wakes, so that no test has to look again and again. */
export const createWatchedClock = (): WatchedClock => {
  const clock = createFakeClock()
  let waiting: { count: number; resolve: () => void }[] = []
  const look = (): void => {
    for (const { count, resolve } of waiting) if (count === clock.sleeping) resolve()
    waiting = waiting.filter(({ count }) => count !== clock.sleeping)
  }
  return {
    now: clock.now,
    monotonic: clock.monotonic,
    advance: clock.advance,
    get sleeping() {
      return clock.sleeping
    },
    sleep(ms, signal) {
      const slept = clock.sleep(ms, signal)
      slept.then(look, look)
      look()
      return slept
    },
    whenSleeping: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve })
        look()
      }),
  }
}
