import { type Clock, openScope, type StreamPart, throwIfAborted } from '@rt/core'

/** How long a model may take to close after an abort. It reports its usage in that time; then it is left alone. */
const GRACE_MS = 200

/**
 * Reads a model's stream, also one that ignores its signal: after an abort it gets a short grace, then the reading
 * ends without a terminal part. The source is told to stop, and never waited for.
 */
export async function* readUntilAbort(
  open: () => AsyncIterable<StreamPart>,
  signal: AbortSignal,
  clock: Clock,
): AsyncGenerator<StreamPart> {
  throwIfAborted(signal)
  const iterator = open()[Symbol.asyncIterator]()
  const over = openScope()
  let expired = false
  let expire = (): void => {}
  const startGrace = (): void =>
    void clock.sleep(GRACE_MS, over.signal).then(
      () => {
        expired = true
        expire()
      },
      () => {},
    )
  signal.addEventListener('abort', startGrace, { once: true })
  /** Undefined when the grace is over. Not Promise.race, which would remember every part until then. */
  const next = (): Promise<IteratorResult<StreamPart> | undefined> =>
    new Promise((resolve, reject) => {
      expire = () => resolve(undefined)
      if (expired) return expire()
      iterator.next().then(resolve, reject)
    })
  let ended = false
  try {
    while (true) {
      const result = await next()
      if (!result) return
      if (result.done) {
        ended = true
        return
      }
      yield result.value
    }
  } catch (error) {
    ended = true
    throw error
  } finally {
    signal.removeEventListener('abort', startGrace)
    over.end()
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
