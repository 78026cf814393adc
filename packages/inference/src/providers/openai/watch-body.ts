/**
 * A body that fails with `onSilent` when somebody waits for its next bytes longer than `idleMs`. Nothing is counted while
 * nobody reads, and a comment that only keeps the connection alive counts as life.
 */
export const watchBody = (
  body: ReadableStream<Uint8Array>,
  { idleMs, onSilent, onBroken, close }: WatchOptions,
): ReadableStream<Uint8Array> => {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const timer = setTimeout(() => {
          controller.error(onSilent())
          close()
        }, idleMs)
        try {
          const { value, done } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (thrown) {
          controller.error(onBroken(thrown))
        } finally {
          clearTimeout(timer)
        }
      },
      async cancel(reason) {
        close()
        await reader.cancel(reason).catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}

interface WatchOptions {
  idleMs: number
  /** The error of a silent stream. */
  onSilent: () => Error
  /** The error of a stream that broke. */
  onBroken: (thrown: unknown) => unknown
  /** Hangs up. */
  close: () => void
}
