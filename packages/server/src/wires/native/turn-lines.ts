import {
  deserializeError,
  isTerminal,
  RtError,
  type SerializedRtError,
  type StreamPart,
  type TerminalPart,
  toTerminal,
} from '@rt/core'
import { toLine } from './to-line.ts'

export interface TurnLinesOptions {
  signal: AbortSignal
  /** Fired: an abort is the server's doing, not the client's. */
  shutdown: AbortSignal | undefined
  /** An error as the client may see it. */
  toClient: (error: unknown) => SerializedRtError
}

/** The parts of a turn as lines, ending in exactly one terminal part whatever the source does. */
export async function* turnLines(
  start: (signal: AbortSignal) => AsyncIterable<StreamPart>,
  { signal, shutdown, toClient }: TurnLinesOptions,
): AsyncGenerator<string> {
  const safe = <Given extends StreamPart>(part: Given): Given | TerminalPart => {
    if (part.type === 'error') return { ...part, error: toClient(deserializeError(part.error)) }
    if (part.type !== 'abort' || !shutdown?.aborted) return part
    const { reason: _, ...rest } = part
    return { ...rest, type: 'error', error: toClient(closing()) }
  }
  try {
    for await (const part of start(signal)) {
      yield toLine(safe(part))
      if (isTerminal(part)) return
    }
    yield toLine(safe({ type: 'error', error: endless().toJSON() }))
  } catch (error) {
    // The value itself, and not its text: only that has a cause.
    const part = toTerminal(error, { signal })
    const last = part.type === 'error' ? { ...part, error: toClient(error) } : safe(part)
    yield lastLine(last, toClient)
  }
}

/** Also where the error itself holds what JSON cannot say. */
const lastLine = (part: TerminalPart, toClient: TurnLinesOptions['toClient']): string => {
  try {
    return toLine(part)
  } catch (error) {
    return toLine({ type: 'error', error: toClient(error) } satisfies StreamPart)
  }
}

const closing = (): RtError =>
  new RtError({
    code: 'shutting_down',
    message: 'the server closed before the answer was complete.',
    hint: 'Ask again.',
  })

const endless = (): RtError => new RtError({ code: 'internal', message: 'a stream ended without a terminal part.' })
