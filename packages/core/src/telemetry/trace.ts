import type { Usage } from '../message/usage.ts'
import type { AttributeValue } from './telemetry.ts'

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
  /** That wrote text, in order, each once: `anthropic/claude-sonnet-4-5`, `smollm2:135m`. */
  models: string[]
  /** The conversation it belongs to. */
  thread?: string
  /** Of all model calls that wrote text; embeddings are not in it. */
  usage: Usage
  cost: TraceCost
}

/** One request as a tree. */
export interface Trace extends TraceSummary {
  /** The root; more than one when the root is not written yet. */
  spans: TraceSpan[]
}

/** What models did over some time, by day and model. */
export interface CostRow {
  /** Local date, `2026-11-22`. */
  day: string
  model: string
  calls: number
  usage: Usage
  /** `null`: no price is known for this model. Models of this machine cost 0. */
  usd: number | null
  /** Time spent in a model of this machine. */
  localMs: number
}
