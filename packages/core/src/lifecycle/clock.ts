import { RtError } from '../errors/rt-error.ts'

/** Time, injectable. Limits and durations use `monotonic`, never `now`: wall clocks step. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number
  /**
   * Resolves after `ms`; rejects with `aborted` when the signal fires first. Somebody waits for what comes next (a retry,
   * the end of a time limit), so the system's keeps the program alive meanwhile: fire the signal when nobody does any
   * more. For a timer that only looks after something idle, give a Clock whose timers are unref'd. The system's sleeps at
   * most 24 days: its timers take no longer time, and fire at once for one.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal))
      const timer = setTimeout(done, Math.min(ms, LONGEST_MS))
      const stop = (): void => {
        clearTimeout(timer)
        reject(abortError(signal))
      }
      function done(): void {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      signal?.addEventListener('abort', stop, { once: true })
    }),
}

/** The error to throw for a fired signal: its own reason when that is an RtError, else `aborted`. */
export const abortError = (signal?: AbortSignal): RtError =>
  RtError.isInstance(signal?.reason)
    ? signal.reason
    : new RtError({ code: 'aborted', message: 'aborted by the caller.', cause: signal?.reason })
