// Every line here is public API of @rt/observe/trace: adding one is a decision. Reading side only: no OpenTelemetry.

export { formatTrace } from './format-trace.ts'

export type { FormatTraceOptions } from './format-trace.ts'
export type { Trace, TraceCost, TraceEvent, TraceSpan, TraceSummary } from '@rt/core'
