import type { RtError } from '../errors/rt-error.ts'
import { abortError, type Clock, systemClock } from './clock.ts'
import { openScope } from './scope.ts'

/** Rejects as soon as the signal fires, though `promise` may go on; listeners are removed on both paths. */
export const abortable = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      promise.catch(() => {})
      return reject(abortError(signal))
    }
    const stop = (): void => reject(abortError(signal))
    const listenNoMore = (): void => signal.removeEventListener('abort', stop)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(
      (value) => {
        listenNoMore()
        resolve(value)
      },
      (error: unknown) => {
        listenNoMore()
        reject(error)
      },
    )
  })
}

export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw abortError(signal)
}

/**
 * Runs `work` under a limit of `ms`. Its signal fires with `error` when time is up, or with the outer signal's reason;
 * the returned promise settles at once either way, also when `work` never does.
 */
export const withTimeout = async <T>(
  work: (signal: AbortSignal) => Promise<T>,
  {
    ms,
    error,
    signal,
    clock = systemClock,
  }: { ms: number; error: () => RtError; signal?: AbortSignal | undefined; clock?: Clock },
): Promise<T> => {
  const limit = new AbortController()
  const settled = openScope()
  const both = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal
  clock.sleep(ms, settled.signal).then(
    () => limit.abort(error()),
    () => {},
  )
  try {
    return await abortable(work(both), both)
  } finally {
    settled.end()
  }
}
