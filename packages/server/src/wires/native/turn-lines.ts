import { deserializeError, isTerminal, RtError, type SerializedRtError, type StreamPart, toTerminal } from '@rt/core'

export interface TurnLinesOptions {
  signal: AbortSignal
  /** Fired: an abort is the server's doing, not the client's. */
  shutdown: AbortSignal | undefined
  /** An error as the client may see it. */
  toClient: (error: unknown) => SerializedRtError
}

/** The parts of a turn, ending in exactly one terminal part whatever the source does. */
export async function* turnLines(
  start: (signal: AbortSignal) => AsyncIterable<StreamPart>,
  { signal, shutdown, toClient }: TurnLinesOptions,
): AsyncGenerator<StreamPart> {
  const safe = (part: StreamPart): StreamPart => {
    if (part.type === 'error') return { ...part, error: toClient(deserializeError(part.error)) }
    if (part.type !== 'abort' || !shutdown?.aborted) return part
    const { reason: _, ...rest } = part
    return { ...rest, type: 'error', error: toClient(closing()) }
  }
  try {
    for await (const part of start(signal)) {
      yield safe(part)
      if (isTerminal(part)) return
    }
    yield safe({ type: 'error', error: endless().toJSON() })
  } catch (error) {
    // The value itself, and not its text: only that has a cause.
    const part = toTerminal(error, { signal })
    yield part.type === 'error' ? { ...part, error: toClient(error) } : safe(part)
  }
}

const closing = (): RtError =>
  new RtError({
    code: 'shutting_down',
    message: 'the server closed before the answer was complete.',
    hint: 'Ask again.',
  })

const endless = (): RtError => new RtError({ code: 'internal', message: 'a stream ended without a terminal part.' })
