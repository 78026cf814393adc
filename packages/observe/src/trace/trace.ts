import type { AttributeValue, Usage } from '@rt/core'

export interface TraceEvent {
  name: string
  /** Milliseconds since 1970. */
  at: number
  attributes: { [name: string]: AttributeValue }
}

/** One step, with the steps inside it in the order they began. */
export interface TraceSpan {
  spanId: string
  name: string
  /** Milliseconds since 1970. */
  startedAt: number
  ms: number
  status: 'ok' | 'error'
  /** What went wrong, redacted. */
  message?: string
  attributes: { [name: string]: AttributeValue }
  events: TraceEvent[]
  children: TraceSpan[]
}

export interface TraceCost {
  /** Sum over all model calls; `null` as soon as one of them has no known price. */
  usd: number | null
  /** Models without a known price. */
  unpriced: string[]
  /** Time spent in models of this machine. */
  localMs: number
}

export interface TraceSummary {
  traceId: string
  /** Of the root span. */
  name: string
  /** Milliseconds since 1970. */
  startedAt: number
  ms: number
  status: 'ok' | 'error'
  /** Of all model calls that wrote text; embeddings are not in it. */
  usage: Usage
  cost: TraceCost
}

/** One request as a tree. */
export interface Trace extends TraceSummary {
  /** The root; more than one when the root is not written yet. */
  spans: TraceSpan[]
}
