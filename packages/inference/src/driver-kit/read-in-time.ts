import { abortable, type Clock, RtError, withTimeout } from '@rt/core'

export interface ReadLimits {
  /** Most milliseconds between two chunks. */
  idleMs: number
  clock: Clock
  /** Named in the error. */
  id: string
  signal?: AbortSignal | undefined
}

/**
 * Reads a stream chunk by chunk. The source is cancelled when the reader stops, for whatever reason: the connection behind
 * it must not stay open.
 *
 * @throws RtError `timeout` after a silence, `aborted`.
 */
export async function* readInTime<T>(
  stream: ReadableStream<T>,
  { idleMs, clock, id, signal }: ReadLimits,
): AsyncGenerator<T, void, undefined> {
  const reader = stream.getReader()
  const silent = (): RtError =>
    new RtError({ code: 'timeout', message: `${id} said nothing for ${idleMs} ms in the middle of its answer.` })
  let done = false
  try {
    for (;;) {
      const chunk = await withTimeout((both) => abortable(reader.read(), both), {
        ms: idleMs,
        error: silent,
        signal,
        clock,
      })
      done = chunk.done
      if (chunk.done) return
      yield chunk.value
    }
  } finally {
    // Not awaited: a source that hangs must not hold up whoever gave it up.
    if (!done) void reader.cancel().catch(() => {})
  }
}
