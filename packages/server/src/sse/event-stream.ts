import type { Clock } from '@rt/core'

export const EVENT_STREAM_HEADERS: Record<string, string> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Tells nginx and its kin not to collect the stream before passing it on.
  'x-accel-buffering': 'no',
}

/** One server-sent event. */
export const sseData = (value: unknown): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

export interface EventStreamOptions {
  clock: Clock
  /** Silence after which `beat` is sent. */
  heartbeatMs: number
  /** What a reader skips. Default: a comment of server-sent events. */
  beat?: string
  /** The reader has gone. */
  onCancel: () => void
}

const BEAT = Symbol('beat')

/**
 * Events as bytes, produced only as fast as they are read, with a beat in the silences. The timer is one per heartbeat,
 * not one per event.
 */
export const createEventStream = (
  events: AsyncGenerator<string>,
  { clock, heartbeatMs, beat: ping = ': ping\n\n', onCancel }: EventStreamOptions,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  const over = new AbortController()
  let last = clock.monotonic()
  let pending: Promise<IteratorResult<string>> | undefined
  let timer: Promise<typeof BEAT> | undefined

  const silence = (): number => clock.monotonic() - last
  const beat = (): Promise<typeof BEAT> =>
    clock.sleep(heartbeatMs - silence(), over.signal).then(
      () => BEAT,
      () => BEAT,
    )
  const next = async (): Promise<string | undefined> => {
    pending ??= events.next()
    for (;;) {
      const winner = await Promise.race([pending, (timer ??= beat())])
      if (winner !== BEAT) {
        pending = undefined
        return winner.done ? undefined : winner.value
      }
      // The beat that ends the last sleep is none: asking for another would spin until the silence is long enough.
      if (over.signal.aborted) return undefined
      timer = undefined
      if (silence() >= heartbeatMs) return ping
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const text = await next()
        if (over.signal.aborted) return
        last = clock.monotonic()
        if (text !== undefined) return controller.enqueue(encoder.encode(text))
        over.abort()
        controller.close()
      },
      cancel() {
        over.abort()
        onCancel()
        // Not awaited: the generator may be in the middle of a step, which the signal ends.
        events.return(undefined).catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}
