import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

/** Milliseconds since 1970, with microseconds behind the point. */
export const startMs = ({ startTime: [seconds, nanoseconds] }: ReadableSpan): number =>
  seconds * 1000 + nanoseconds / 1e6

export const durationMs = ({ duration: [seconds, nanoseconds] }: ReadableSpan): number =>
  seconds * 1000 + nanoseconds / 1e6
