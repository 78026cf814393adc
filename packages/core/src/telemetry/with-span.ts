import { noopSpan } from './noop.ts'
import type { Attributes, Span } from './telemetry.ts'

/** Runs `work` inside a child span, which ends with it, failed when it throws. */
export const withSpan = async <T>(
  parent: Span | undefined,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> => {
  const span = (parent ?? noopSpan).child(name, attributes)
  try {
    const result = await work(span)
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}
