import { type Clock, RtError, withTimeout } from '@rt/core'

/**
 * A body that fails when nothing at all comes for `idleMs`, or at once when the caller gives up. Bytes are watched, not
 * events: pings are a sign of life.
 */
export const guardBody = (
  body: ReadableStream<Uint8Array>,
  { idleMs, clock, signal, name }: { idleMs: number; clock: Clock; signal: AbortSignal; name: string },
): ReadableStream<Uint8Array> => {
  const reader = body.getReader()
  const hangUp = (): void => void reader.cancel().catch(() => {})
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await withTimeout(() => reader.read(), {
            ms: idleMs,
            signal,
            clock,
            error: () =>
              new RtError({
                code: 'timeout',
                message: `${name} sent nothing for ${idleMs} ms in the middle of its answer.`,
                hint: 'Raise idleMs of the provider when it pauses longer.',
              }),
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
