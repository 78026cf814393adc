import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { emptyUsage, RtError } from '@rt/core'
import { afterEach, expect, test, vi } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { redact } from './redact.ts'

afterEach(() => void vi.useRealTimers())

interface MemoryExporter extends SpanExporter {
  readonly batches: ReadableSpan[][]
  readonly spans: ReadableSpan[]
}
const createMemoryExporter = (code = 0): MemoryExporter => {
  const batches: ReadableSpan[][] = []
  return {
    batches,
    get spans() {
      return batches.flat()
    },
    export: (spans, done) => {
      batches.push(spans)
      done({ code })
    },
    shutdown: async () => {},
  }
}
const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-4-5',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 1000,
  'rt.local': false,
}

test('one tree: parents are the spans they were opened under', async () => {
  const exporter = createMemoryExporter()
  await using telemetry = createTelemetry({ exporters: [exporter], resource: { 'service.name': 'shop' } })
  const root = telemetry.span('request', { a: 1, none: undefined })
  const child = root.child('chat m')
  const grandchild = child.child('execute_tool x')
  const other = telemetry.span('another')
  for (const span of [grandchild, child, other, root]) span.end()
  root.end()
  root.set({ late: true })
  await telemetry.flush()

  const byName = Object.fromEntries(exporter.spans.map((span) => [span.name, span]))
  expect(exporter.spans).toHaveLength(4)
  expect(root.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(byName['chat m']?.parentSpanContext?.spanId).toBe(root.spanId)
  expect(byName['execute_tool x']?.parentSpanContext?.spanId).toBe(child.spanId)
  expect(byName['request']?.parentSpanContext).toBeUndefined()
  expect(grandchild.traceId).toBe(root.traceId)
  expect(other.traceId).not.toBe(root.traceId)
  expect(byName['request']?.attributes).toEqual({ a: 1 })
  expect(byName['request']?.resource.attributes['service.name']).toBe('shop')
})

test('an error marks its span with the code; secrets and foreign words stay out', async () => {
  const exporter = createMemoryExporter()
  await using telemetry = createTelemetry({ exporters: [exporter] })
  telemetry.span('ours').end(new RtError({ code: 'provider_error', message: 'refused the key sk-ant-canary1234567' }))
  telemetry.span('foreign').end(new TypeError('canary content'))
  telemetry.span('text').end('canary')
  await telemetry.flush()
  expect(exporter.spans.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
    [{ code: 2, message: 'refused the key [redacted]' }, 'provider_error'],
    [{ code: 2 }, 'TypeError'],
    [{ code: 2 }, 'string'],
  ])
})

test.each([
  ['Authorization: Bearer canary.canary-1', 'Authorization: Bearer [redacted]'],
  ['postgres://user:canary@db/x', 'postgres://[redacted]@db/x'],
  ['https://x.test/a?X-Amz-Signature=canary&b=1', 'https://x.test/a?X-Amz-Signature=[redacted]&b=1'],
  ['api_key="canary" refused', 'api_key="[redacted]" refused'],
  ['hf_canarycanary and ghp_canarycanary', '[redacted] and [redacted]'],
  ['jwt eyJcanary.eyJcanary.canary!', 'jwt [redacted]!'],
  ['Cookie: a=canary; b=canary', 'Cookie: [redacted]'],
  ['{"set-cookie":"sid=canary; Path=/"}', '{"set-cookie":"[redacted]"}'],
  [
    'https://b.test/o?X-Goog-Signature=canary&GoogleAccessId=canary',
    'https://b.test/o?X-Goog-Signature=[redacted]&GoogleAccessId=[redacted]',
  ],
  ['https://c.test/o?sv=1&sig=canary%3D', 'https://c.test/o?sv=1&sig=[redacted]'],
  ['the key rt_canarycanarycanarycanarycanary123456789012 is revoked', 'the key [redacted] is revoked'],
  ['rt_migrations of sk_live_canary1234', 'rt_migrations of [redacted]'],
  ['no such model: smollm2:135m', 'no such model: smollm2:135m'],
])('redact %s', (text, expected) => {
  expect(redact(text)).toBe(expected)
})

test('the queue has a bound, and what does not fit is counted', async () => {
  const held: (() => void)[] = []
  const exporter = createMemoryExporter()
  const slow: SpanExporter = {
    ...exporter,
    export: (spans, done) => void held.push(() => exporter.export(spans, done)),
  }
  const telemetry = createTelemetry({ exporters: [slow], maxQueue: 5, timeoutMs: 100 })
  for (let i = 0; i < 5; i++) telemetry.span('first').end()
  await vi.waitUntil(() => held.length === 1)
  for (let i = 0; i < 8; i++) telemetry.span('second').end()
  expect(telemetry.dropped).toBe(3)
  const flushed = telemetry.flush()
  held[0]?.()
  await vi.waitUntil(() => held.length === 2)
  held[1]?.()
  await flushed
  expect(exporter.batches.map(({ length }) => length)).toEqual([5, 5])
  expect(telemetry.dropped).toBe(3)
  await telemetry[Symbol.asyncDispose]()
  telemetry.span('too late').end()
  expect(telemetry.dropped).toBe(4)
})

test('an exporter that fails, throws or hangs costs its spans, and nobody else anything', async () => {
  const good = createMemoryExporter()
  const failing = createMemoryExporter(1)
  const throwing: SpanExporter = {
    export: () => {
      throw new Error('broken')
    },
    shutdown: () => Promise.reject(new Error('broken')),
  }
  const hanging: SpanExporter = { export: () => {}, shutdown: () => new Promise(() => {}) }
  const telemetry = createTelemetry({ exporters: [failing, throwing, hanging, good], timeoutMs: 20 })
  telemetry.span('request').end()
  await telemetry.flush()
  expect(good.spans).toHaveLength(1)
  await vi.waitUntil(() => telemetry.dropped === 3)
  await telemetry[Symbol.asyncDispose]()
})

test('spans are written by themselves, a delay after they ended', async () => {
  vi.useFakeTimers()
  const exporter = createMemoryExporter()
  await using telemetry = createTelemetry({ exporters: [exporter], delayMs: 1000 })
  telemetry.span('one').end()
  telemetry.span('two').end()
  await vi.advanceTimersByTimeAsync(999)
  expect(exporter.batches).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(exporter.batches.map(({ length }) => length)).toEqual([2])
})

test('what ends while others are written waits for the next time; a flush waits for all of it', async () => {
  const batches: number[] = []
  let written = (): void => {}
  const exporter: SpanExporter = {
    export(spans, done) {
      batches.push(spans.length)
      written = () => done({ code: 0 })
    },
    shutdown: async () => {},
  }
  vi.useFakeTimers()
  const telemetry = createTelemetry({ exporters: [exporter], delayMs: 50 })
  telemetry.span('first').end()
  await vi.advanceTimersByTimeAsync(50)
  telemetry.span('second').end()
  written()
  await vi.advanceTimersByTimeAsync(49)
  expect(batches).toEqual([1])
  await vi.advanceTimersByTimeAsync(1)
  expect(batches).toEqual([1, 1])

  telemetry.span('third').end()
  const flushing = telemetry.flush()
  written()
  await vi.advanceTimersByTimeAsync(0)
  expect(batches).toEqual([1, 1, 1])
  written()
  await flushing
  expect(telemetry.dropped).toBe(0)
  await telemetry[Symbol.asyncDispose]()
})

test('model calls are priced as they are exported: known, unknown, local', async () => {
  const exporter = createMemoryExporter()
  await using telemetry = createTelemetry({ exporters: [exporter] })
  const root = telemetry.span('request')
  root.child('chat known', chat).end()
  root.child('chat unknown', { ...chat, 'gen_ai.request.model': 'nobody-1' }).end()
  root.child('chat local', { ...chat, 'gen_ai.provider.name': 'rt', 'rt.local': true }).end()
  root.child('chat failed', { 'gen_ai.operation.name': 'chat' }).end(new Error('x'))
  root.end()
  await telemetry.flush()
  const cost = exporter.spans.map(({ name, attributes }) => [
    name,
    attributes['rt.cost.usd'],
    attributes['rt.cost.unknown'],
  ])
  expect(cost).toEqual([
    ['chat known', 0.018, undefined],
    ['chat unknown', undefined, true],
    ['chat local', 0, undefined],
    ['chat failed', undefined, undefined],
    ['request', undefined, undefined],
  ])
  // What OTLP and others read goes through to the real span.
  expect(exporter.spans[0]?.spanContext().traceId).toBe(root.traceId)
  expect(exporter.spans[0]?.duration).toHaveLength(2)
})

test('a calculator that throws loses no span', async () => {
  const exporter = createMemoryExporter()
  const cost = vi.fn(async () => Promise.reject(new Error('no table')))
  await using telemetry = createTelemetry({ exporters: [exporter], cost })
  telemetry.span('chat x', chat).end()
  await telemetry.flush()
  expect(exporter.spans).toHaveLength(1)
  expect(cost).toHaveBeenCalledWith(
    expect.objectContaining({ provider: 'anthropic', usage: { ...emptyUsage(), input: 1000, output: 1000 } }),
  )
})
