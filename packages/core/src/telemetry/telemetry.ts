/** Values OpenTelemetry accepts as attributes. */
export type AttributeValue = string | number | boolean | string[] | number[] | boolean[]

export interface Attributes {
  [name: string]: AttributeValue | undefined
}

/**
 * One timed step. Parents are passed explicitly (`span.child`), never found in an ambient context: what you read is
 * what runs, and core stays free of Node. Every method is safe after `end`.
 */
export interface Span {
  /** 32 hex characters, or `''` when telemetry is off. */
  readonly traceId: string
  readonly spanId: string
  /** False when nobody records: skip expensive attributes. */
  readonly recording: boolean
  set(attributes: Attributes): void
  event(name: string, attributes?: Attributes): void
  child(name: string, attributes?: Attributes): Span
  /** Ends the span; with an error it is marked failed and `error.type` is set. Idempotent. */
  end(error?: unknown): void
}

/** Starts root spans. `@rt/observe` implements it on OpenTelemetry; the default does nothing. */
export interface Telemetry {
  span(name: string, attributes?: Attributes): Span
  /** Writes out what is buffered. */
  flush(): Promise<void>
}
