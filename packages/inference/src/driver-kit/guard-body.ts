import { abortError, type Clock, RtError, systemClock } from '@rt/core'

export interface BodyLimits {
  /** Most milliseconds somebody waits for the next chunk. */
  idleMs: number
  /** Named in the error. */
  id: string
  signal?: AbortSignal | undefined
  clock?: Clock
  /** The error of a body that broke. Default: what it threw. */
  onBroken?: (thrown: unknown) => unknown
}

/**
 * A stream that fails when nothing at all comes for `idleMs`, or at once when the caller gives up, and then hangs up. What is
 * watched are chunks, not events: a comment that only keeps a connection alive is a sign of life.
 */
export const guardBody = <T>(
  body: ReadableStream<T>,
  { idleMs, id, signal, clock = systemClock, onBroken = (thrown) => thrown }: BodyLimits,
): ReadableStream<T> => {
  const reader = body.getReader()
  const over = new AbortController()
  /** Since when somebody waits. */
  let since: number | undefined
  let watching = false
  let stop = (): void => {}

  const end = (): void => {
    over.abort()
    signal?.removeEventListener('abort', stop)
  }
  const hangUp = (): void => {
    end()
    // Never waited for: a source that hangs must not hold up whoever gave it up.
    reader.cancel().catch(() => {})
  }
  const fail = (controller: ReadableStreamDefaultController<T>, error: unknown): void => {
    if (over.signal.aborted) return
    hangUp()
    controller.error(error)
  }
  /** One timer for many chunks: it looks how long the wait has been when it wakes, and goes when nobody waits. */
  const watch = async (controller: ReadableStreamDefaultController<T>): Promise<void> => {
    watching = true
    for (let ms = idleMs; ms > 0 && since !== undefined; ms = idleMs - (clock.monotonic() - since))
      await clock.sleep(ms, over.signal)
    watching = false
    if (since !== undefined) fail(controller, silent(id, idleMs))
  }

  return new ReadableStream<T>(
    {
      start(controller) {
        stop = () => fail(controller, abortError(signal))
        if (signal?.aborted) stop()
        else signal?.addEventListener('abort', stop, { once: true })
      },
      async pull(controller) {
        since = clock.monotonic()
        if (!watching) watch(controller).catch((error: unknown) => fail(controller, error))
        try {
          const { done, value } = await reader.read()
          if (over.signal.aborted) return
          if (!done) return controller.enqueue(value)
          end()
          controller.close()
        } catch (thrown) {
          fail(controller, onBroken(thrown))
        } finally {
          since = undefined
        }
      },
      cancel: hangUp,
    },
    // Nothing is read before somebody asks.
    { highWaterMark: 0 },
  )
}

const silent = (id: string, ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `${id} said nothing for ${ms} ms in the middle of its answer.`,
    hint: 'Raise idleMs of the provider where it is known to pause longer.',
  })
