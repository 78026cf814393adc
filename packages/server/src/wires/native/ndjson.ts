import type { AppSettings } from '../../app-options.ts'
import { type AppContext, requestSignal } from '../../middleware/app-context.ts'
import { createEventStream } from '../../sse/event-stream.ts'

/**
 * Answers with one JSON value a line, and empty lines in the silences. `lines` is given the signal that fires when
 * the reader goes away or the server closes.
 */
export const ndjson = (
  c: AppContext,
  { clock, heartbeatMs }: AppSettings,
  lines: (signal: AbortSignal) => AsyncGenerator<object>,
): Response => {
  const gone = new AbortController()
  const stream = createEventStream(toText(lines(requestSignal(c, [gone.signal]))), {
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

async function* toText(lines: AsyncGenerator<object>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`
}
