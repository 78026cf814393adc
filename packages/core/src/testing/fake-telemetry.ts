import type { Attributes, Span, Telemetry } from '../telemetry/telemetry.ts'

export interface RecordedSpan {
  name: string
  attributes: Attributes
  events: string[]
  children: RecordedSpan[]
  ended: boolean
  error?: unknown
}

/** Telemetry that keeps its spans as plain trees in `roots`. */
export const createFakeTelemetry = (): Telemetry & { readonly roots: RecordedSpan[] } => {
  const roots: RecordedSpan[] = []
  const open = (name: string, attributes: Attributes, siblings: RecordedSpan[]): Span => {
    const record: RecordedSpan = { name, attributes: { ...attributes }, events: [], children: [], ended: false }
    siblings.push(record)
    return {
      traceId: '0'.repeat(31) + '1',
      spanId: '0'.repeat(15) + '1',
      recording: true,
      set: (more) => void Object.assign(record.attributes, more),
      event: (event) => void record.events.push(event),
      child: (childName, more = {}) => open(childName, more, record.children),
      end(error) {
        if (record.ended) return
        record.ended = true
        record.error = error
      },
    }
  }
  return { roots, span: (name, attributes = {}) => open(name, attributes, roots), flush: async () => {} }
}
