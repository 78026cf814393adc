import type { ExportResult } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { PRICED_OPERATIONS, SEMCONV } from '../semconv.ts'
import { durationMs, startMs } from '../span-time.ts'
import type { CostCalculator } from './create-cost-calculator.ts'
import { spanUsage } from './span-usage.ts'

/** Puts `rt.cost.usd` on the spans of model calls as they are exported, so that the request pays nothing for it. */
export const withCost = (exporter: SpanExporter, calculate: CostCalculator): SpanExporter => ({
  export: (spans, done) => void exportPriced(exporter, spans, calculate, done),
  shutdown: () => exporter.shutdown(),
  forceFlush: async () => exporter.forceFlush?.(),
})

const exportPriced = async (
  exporter: SpanExporter,
  spans: ReadableSpan[],
  calculate: CostCalculator,
  done: (result: ExportResult) => void,
): Promise<void> => {
  try {
    const priced = await Promise.all(spans.map((span) => priceSpan(span, calculate).catch(() => span)))
    exporter.export(priced, done)
  } catch (error) {
    done({ code: 1, ...(error instanceof Error && { error }) }) // ExportResultCode.FAILED
  }
}

const priceSpan = async (span: ReadableSpan, calculate: CostCalculator): Promise<ReadableSpan> => {
  const { attributes } = span
  const usage = PRICED_OPERATIONS.has(attributes[SEMCONV.operation]) ? spanUsage(attributes) : undefined
  if (!usage || attributes[SEMCONV.costUsd] !== undefined) return span
  const provider = attributes[SEMCONV.provider]
  const usd = await calculate({
    ...(typeof provider === 'string' && { provider }),
    model: String(attributes[SEMCONV.requestModel] ?? ''),
    local: attributes[SEMCONV.local] === true,
    usage,
    ms: durationMs(span),
    at: new Date(startMs(span)),
  })
  const cost = usd === null ? { [SEMCONV.costUnknown]: true } : { [SEMCONV.costUsd]: usd }
  // A span is closed once ended; this one reads through to it in all but its attributes.
  return Object.create(span, { attributes: { value: { ...attributes, ...cost }, enumerable: true } }) as ReadableSpan
}
