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
  const { status } = span
  const name = redact(span.name)
  const attributes = redactAll(span.attributes)
  const events = redactEvents(span.events)
  const message = status.message === undefined ? undefined : redact(status.message)
  const same = name === span.name && attributes === span.attributes && events === span.events
  if (same && message === status.message) return span
  const value = <T>(of: T): PropertyDescriptor => ({ value: of, enumerable: true })
  // A span is closed once ended; this one reads through to it in all the rest.
  return Object.create(span, {
    name: value(name),
    attributes: value(attributes),
    events: value(events),
    status: value(message === undefined ? status : { ...status, message }),
  }) as ReadableSpan
}

const redactEvents = (events: ReadableSpan['events']): ReadableSpan['events'] => {
  const clean = events.map((event) => {
    const name = redact(event.name)
    const attributes = event.attributes && redactAll(event.attributes)
    return name === event.name && attributes === event.attributes
      ? event
      : { ...event, name, ...(attributes && { attributes }) }
  })
  return clean.every((event, index) => event === events[index]) ? events : clean
}

/** The same object when there is no secret in it. */
const redactAll = (attributes: Attributes): Attributes => {
  let clean = attributes
  for (const name in attributes) {
    const value = attributes[name]
    const kept = redactAttribute(name, value)
    if (kept === value) continue
    if (clean === attributes) clean = { ...attributes }
    clean[name] = kept
  }
  return clean
}
