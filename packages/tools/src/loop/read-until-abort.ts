import { type Clock, type StreamPart, throwIfAborted } from '@rt/core'

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
  const over = new AbortController()
  const expired = new Promise<'expired'>((resolve) => {
    const startGrace = (): void =>
      void clock.sleep(GRACE_MS, over.signal).then(
        () => resolve('expired'),
        () => {},
      )
    signal.addEventListener('abort', startGrace, { once: true })
    over.signal.addEventListener('abort', () => signal.removeEventListener('abort', startGrace), { once: true })
  })
  let ended = false
  try {
    while (true) {
      const next = await Promise.race([iterator.next(), expired])
      if (next === 'expired') return
      if (next.done) {
        ended = true
        return
      }
      yield next.value
    }
  } catch (error) {
    ended = true
    throw error
  } finally {
    over.abort()
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
