import { type Clock, RtError, systemClock, withTimeout } from '@rt/core'

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
  // Never waited for: a source that hangs must not hold up whoever gave it up.
  const hangUp = (): void => void reader.cancel().catch(() => {})
  const read = (): Promise<ReadableStreamReadResult<T>> =>
    reader.read().catch((thrown: unknown) => {
      throw onBroken(thrown)
    })
  return new ReadableStream<T>(
    {
      async pull(controller) {
        try {
          const { done, value } = await withTimeout(read, {
            ms: idleMs,
            signal,
            clock,
            error: () => silent(id, idleMs),
          })
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          hangUp()
          controller.error(error)
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
