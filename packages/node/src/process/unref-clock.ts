import { abortError, type Clock, systemClock } from '@rt/core'

/** What a timer can wait: it fires at once for more. */
const LONGEST_MS = 2 ** 31 - 1

/** The system's clock with timers that keep no program alive: for looking after something idle. */
export const unrefClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal))
      const stop = (): void => {
        clearTimeout(timer)
        reject(abortError(signal))
      }
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        },
        Math.min(ms, LONGEST_MS),
      ).unref()
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
