import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { redact, redactAttribute } from './redact.ts'

/**
 * Takes secrets out of names, attributes, events and messages as spans are exported, so that none reaches a file or a
 * collector, whoever set it, and the request pays nothing for it.
 */
export const withRedaction = (exporter: SpanExporter): SpanExporter => ({
  export(spans, done) {
    exporter.export(spans.map(redactSpan), done)
  },
  shutdown: () => exporter.shutdown(),
  forceFlush: async () => exporter.forceFlush?.(),
})

const redactSpan = (span: ReadableSpan): ReadableSpan => {
  const { name, attributes, events, status } = span
  const value = <T>(of: T): PropertyDescriptor => ({ value: of, enumerable: true })
  // A span is closed once ended; this one reads through to it in all the rest.
  return Object.create(span, {
    name: value(redact(name)),
    attributes: value(redactAll(attributes)),
    events: value(
      events.map((event) => ({
        ...event,
        name: redact(event.name),
        ...(event.attributes && { attributes: redactAll(event.attributes) }),
      })),
    ),
    status: value(status.message === undefined ? status : { ...status, message: redact(status.message) }),
  }) as ReadableSpan
}

const redactAll = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, redactAttribute(name, value)]))
