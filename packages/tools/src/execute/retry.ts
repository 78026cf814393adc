import { type Clock, systemClock, throwIfAborted } from '@rt/core'

const MAX_DELAY_MS = 30_000

export interface RetryOptions {
  /** Attempts after the first. */
  retries: number
  /** Ceiling of the first delay in ms; doubled for each further one, at most 30,000. Default 200. */
  delayMs?: number
  /** Default: every failure is tried again. */
  shouldRetry?: (error: unknown) => boolean
  signal?: AbortSignal | undefined
  clock?: Clock
  /** In [0, 1). Default Math.random. */
  random?: () => number
}

/**
 * Runs `work` until it succeeds or the attempts are used up; then the last failure is thrown. Delays are exponential
 * with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), so that many callers do not return
 * in step.
 */
export const retry = async <T>(
  work: (attempt: number) => Promise<T>,
  { retries, delayMs = 200, shouldRetry = () => true, signal, clock = systemClock, random = Math.random }: RetryOptions,
): Promise<T> => {
  for (let attempt = 0; ; attempt++) {
    throwIfAborted(signal)
    try {
      return await work(attempt)
    } catch (error) {
      if (attempt >= retries || signal?.aborted || !shouldRetry(error)) throw error
      await clock.sleep(random() * Math.min(MAX_DELAY_MS, delayMs * 2 ** attempt), signal)
    }
  }
}
