import type { Span, Telemetry } from './telemetry.ts'

/** A span that records nothing and allocates nothing: its child is itself. */
export const noopSpan: Span = Object.freeze({
  traceId: '',
  spanId: '',
  recording: false,
  set() {},
  event() {},
  child: () => noopSpan,
  end() {},
})

export const noopTelemetry: Telemetry = Object.freeze({ span: () => noopSpan, flush: async () => {} })
