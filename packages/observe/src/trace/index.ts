// Every line here is public API of @rt/observe/trace: adding one is a decision. Reading side only: no OpenTelemetry.

export { formatCost } from './format-cost.ts'
export { formatTrace } from './format-trace.ts'

export type { FormatCostOptions } from './format-cost.ts'
export type { FormatTraceOptions } from './format-trace.ts'
export type { CostRow, Trace, TraceCost, TraceEvent, TraceSpan, TraceSummary } from '@rt/core'
