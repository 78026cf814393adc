import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BasicTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { type Attributes, type AttributeValue, RtError, type Span, type Telemetry } from '@rt/core'
import { createBatchProcessor } from './batch-processor.ts'
import { type CostCalculator, createCostCalculator } from './cost/create-cost-calculator.ts'
import { withCost } from './cost/with-cost.ts'
import { redact } from './redact.ts'
import { SEMCONV } from './semconv.ts'
import { createTraceClock, type TraceClock } from './trace-clock.ts'
import { withRedaction } from './with-redaction.ts'

export interface TelemetryOptions {
  /** Where spans go. Each has its own queue: a slow one does not hold up the others. */
  exporters: SpanExporter[]
  /** About this process, e.g. `{ 'service.name': 'shop' }`. */
  resource?: { [name: string]: string | number | boolean }
  /** Spans that may wait for an exporter; more are dropped and counted. Default 2048. */
  maxQueue?: number
  /** Longest a span waits before it is exported, in ms. Default 1000. */
  delayMs?: number
  /** Ceiling of a flush in ms, also at the end. Default 2000. */
  timeoutMs?: number
  /** Prices model calls as they are exported. Default `createCostCalculator()`. */
  cost?: CostCalculator
}

export interface OpenTelemetry extends Telemetry, AsyncDisposable {
  /** Spans lost so far, over all exporters: a queue was full, or an export failed. */
  readonly dropped: number
}

/**
 * Core's Telemetry on OpenTelemetry's SDK. Parents are explicit, no global state is touched, and nothing here ever
 * throws into a request. What waits is written at most `delayMs` later, at `flush`, when the event loop runs empty, and
 * when it is disposed.
 */
export const createTelemetry = ({
  exporters,
  resource = {},
  maxQueue = 2048,
  delayMs = 1000,
  timeoutMs = 2000,
  cost = createCostCalculator(),
}: TelemetryOptions): OpenTelemetry => {
  const processors = exporters.map((exporter) =>
    createBatchProcessor({
      exporter: withCost(withRedaction(exporter), cost),
      maxQueue,
      delayMs,
      timeoutMs,
      maxBatch: Math.min(512, maxQueue),
    }),
  )
  const provider = new BasicTracerProvider({
    sampler: new AlwaysOnSampler(), // Else OTEL_TRACES_SAMPLER would decide.
    resource: resourceFromAttributes({ [SEMCONV.serviceName]: 'rt', ...resource }),
    spanProcessors: processors,
  })
  const tracer = provider.getTracer('@rt/observe')
  const flush = async (): Promise<void> =>
    void (await Promise.all(processors.map((processor) => processor.forceFlush())))
  const beforeExit = (): void => {
    if (processors.some(({ waiting }) => waiting > 0)) void flush()
  }
  process.on('beforeExit', beforeExit)

  return {
    span: (name, attributes = {}) => openSpan({ tracer, now: createTraceClock() }, ROOT_CONTEXT, name, attributes),
    flush,
    get dropped() {
      return processors.reduce((sum, processor) => sum + processor.dropped, 0)
    },
    async [Symbol.asyncDispose]() {
      process.off('beforeExit', beforeExit)
      await Promise.all(processors.map((processor) => processor.shutdown()))
    },
  }
}

interface SpanSource {
  tracer: Tracer
  now: TraceClock
}

const openSpan = (source: SpanSource, parent: Context, name: string, attributes: Attributes): Span => {
  const kind = attributes[SEMCONV.local] === false ? SpanKind.CLIENT : SpanKind.INTERNAL
  const { tracer, now } = source
  const span = tracer.startSpan(name, { kind, attributes: defined(attributes), startTime: now() }, parent)
  const { traceId, spanId } = span.spanContext()
  let ended = false
  let context: Context | undefined
  return {
    traceId,
    spanId,
    recording: true,
    set: (more) => void (ended || span.setAttributes(defined(more))),
    event: (event, more = {}) => void (ended || span.addEvent(event, defined(more), now())),
    child: (childName, more = {}) => openSpan(source, (context ??= trace.setSpan(ROOT_CONTEXT, span)), childName, more),
    end(error) {
      if (ended) return
      ended = true
      if (error !== undefined) recordError(span, error)
      span.end(now())
    },
  }
}

/** Type always; words only of our own errors, redacted: a foreign message may quote what was sent. */
const recordError = (span: OtelSpan, error: unknown): void => {
  const ours = RtError.isInstance(error)
  span.setAttribute(SEMCONV.errorType, ours ? error.code : error instanceof Error ? error.name : typeof error)
  span.setStatus({ code: SpanStatusCode.ERROR, ...(ours && { message: redact(error.message) }) })
}

const defined = (attributes: Attributes): { [name: string]: AttributeValue } => {
  const out: { [name: string]: AttributeValue } = {}
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) out[name] = value
  return out
}
