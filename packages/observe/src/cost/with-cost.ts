import type { ExportResult } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { emptyUsage, totalTokens } from '@rt/core'
import { PRICED_OPERATIONS, SEMCONV } from '../semconv.ts'
import { durationMs, startMs } from '../span-time.ts'
import type { CostCalculator } from './create-cost-calculator.ts'
import { modelName } from './model-name.ts'
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
    const priced: ReadableSpan[] = []
    for (const span of spans) priced.push(hasPrice(span) ? await priceSpan(span, calculate).catch(() => span) : span)
    exporter.export(priced, done)
  } catch (error) {
    done({ code: 1, ...(error instanceof Error && { error }) }) // ExportResultCode.FAILED
  }
}

const hasPrice = ({ attributes }: ReadableSpan): boolean =>
  PRICED_OPERATIONS.has(attributes[SEMCONV.operation]) && attributes[SEMCONV.costUsd] === undefined

const priceSpan = async (span: ReadableSpan, calculate: CostCalculator): Promise<ReadableSpan> => {
  const bills = billsOf(span)
  if (bills.length === 0) return span
  const sums = await Promise.all(bills.map((bill) => priceBill(span, bill, calculate)))
  const unpriced = [...new Set(bills.filter((_, index) => sums[index] === null).map(modelName))]
  const cost = unpriced.length
    ? { [SEMCONV.costUnknown]: true, [SEMCONV.costUnpriced]: unpriced }
    : { [SEMCONV.costUsd]: sums.reduce<number>((total, usd) => total + (usd ?? 0), 0) }
  // A span is closed once ended; this one reads through to it in all but its attributes.
  return Object.create(span, {
    attributes: { value: { ...span.attributes, ...cost }, enumerable: true },
  }) as ReadableSpan
}

type Bill = Readonly<Record<string, unknown>>

/**
 * Whom a call has to pay, and for how much: a route may have asked several models, each at its own price. This machine's
 * bill is the time of the whole call, once.
 */
const billsOf = (span: ReadableSpan): Bill[] => {
  const { attributes, events } = span
  const spent = events.filter(({ name }) => name === SEMCONV.routeSpent).map((event): Bill => event.attributes ?? {})
  if (spent.length === 0) return spanUsage(attributes) && !wasRefused(span) ? [attributes] : []
  const remote = spent.filter((bill) => bill[SEMCONV.local] !== true && spanUsage(bill))
  const worked = [attributes, ...spent].some((bill) => bill[SEMCONV.local] === true)
  return worked ? [...remote, { ...attributes, [SEMCONV.local]: true }] : remote
}

/** It failed before anything came, and took no token: nothing was billed. */
const wasRefused = ({ attributes, status }: ReadableSpan): boolean =>
  status.code === 2 && // SpanStatusCode.ERROR
  attributes[SEMCONV.timeToFirstChunk] === undefined &&
  totalTokens(spanUsage(attributes) ?? emptyUsage()) === 0

const priceBill = (span: ReadableSpan, bill: Bill, calculate: CostCalculator): Promise<number | null> => {
  const usage = spanUsage(bill)
  const { [SEMCONV.provider]: provider, [SEMCONV.requestModel]: model } = bill
  if (!usage) return Promise.resolve(0)
  return calculate({
    ...(typeof provider === 'string' && { provider }),
    model: typeof model === 'string' ? model : '',
    local: bill[SEMCONV.local] === true,
    usage,
    ms: durationMs(span),
    at: new Date(startMs(span)),
    batch: span.attributes[SEMCONV.batch] === true,
  })
}
