import type { AppSettings } from '../../app-options.ts'
import { type AppContext, requestSignal } from '../../middleware/app-context.ts'
import { createEventStream } from '../../sse/event-stream.ts'

/**
 * Answers line by line, with empty lines in the silences. `lines` is given the signal that fires when the reader goes
 * away or the server closes; it ends in a last line whatever happens.
 */
export const ndjson = (
  c: AppContext,
  { clock, heartbeatMs }: AppSettings,
  lines: (signal: AbortSignal) => AsyncGenerator<string>,
): Response => {
  const gone = new AbortController()
  const stream = createEventStream(lines(requestSignal(c, [gone.signal])), {
    clock,
    heartbeatMs,
    beat: '\n',
    onCancel: () => gone.abort(),
  })
  return new Response(stream, { headers: NDJSON_HEADERS })
}

const NDJSON_HEADERS = {
  'content-type': 'application/x-ndjson; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Tells nginx and its kin not to collect the stream before passing it on.
  'x-accel-buffering': 'no',
}
