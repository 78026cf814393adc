import { type Clock, openScope, type StreamPart, throwIfAborted } from '@rt/core'

/** How long a model may take to close after an abort. It reports its usage in that time; then it is left alone. */
const GRACE_MS = 200

/**
 * Reads a model's stream, also one that ignores its signal: after an abort it gets a short grace, then the reading
 * ends without a terminal part. The source is told to stop, and never waited for. To be read once.
 *
 * No generator: every part of every answer passes here.
 */
export const readUntilAbort = (
  open: () => AsyncIterable<StreamPart>,
  signal: AbortSignal,
  clock: Clock,
): AsyncIterableIterator<StreamPart> => {
  throwIfAborted(signal)
  const iterator = open()[Symbol.asyncIterator]()
  let grace: ReturnType<typeof openScope> | undefined
  let expired = false
  let expire = (): void => {}
  const startGrace = (): void => {
    grace = openScope()
    void clock.sleep(GRACE_MS, grace.signal).then(
      () => {
        expired = true
        expire()
      },
      () => {},
    )
  }
  signal.addEventListener('abort', startGrace, { once: true })
  let ended = false
  const end = (): void => {
    ended = true
    signal.removeEventListener('abort', startGrace)
    grace?.end()
  }
  const leave = (): IteratorReturnResult<undefined> => {
    if (!ended) {
      end()
      void Promise.resolve(iterator.return?.()).catch(() => {})
    }
    return { done: true, value: undefined }
  }
  const reader: AsyncIterableIterator<StreamPart> = {
    [Symbol.asyncIterator]: () => reader,
    // Not Promise.race, which would remember every part until the end.
    next: () =>
      new Promise((resolve, reject) => {
        expire = () => resolve(leave())
        if (expired || ended) return expire()
        iterator.next().then(
          (result) => {
            if (result.done) end()
            resolve(result)
          },
          (error: unknown) => {
            end()
            reject(error)
          },
        )
      }),
    return: async () => leave(),
  }
  return reader
}
