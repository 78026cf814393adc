import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Attributes } from '@rt/core'
import { expect, test } from 'vitest'
import { createTelemetry } from '../create-telemetry.ts'
import { createCostCalculator } from './create-cost-calculator.ts'

const counts = (input: number, output: number): Attributes => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})
const sonnet = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-4-5',
  'rt.local': false,
}

interface Call {
  attributes: Attributes
  /** What legs of a route took. */
  spent?: Attributes[]
  error?: Error
}

/** What stands on the span of a call about its cost. */
const priced = async ({ attributes, spent = [], error }: Call): Promise<unknown> => {
  const spans: ReadableSpan[] = []
  const exporter: SpanExporter = {
    export: (batch, done) => {
      spans.push(...batch)
      done({ code: 0 })
    },
    shutdown: async () => {},
  }
  await using telemetry = createTelemetry({
    exporters: [exporter],
    cost: createCostCalculator({ localUsdPerSecond: 0, prices: { 'dear/*': { input: 1000, output: 1000 } } }),
  })
  const span = telemetry.span('chat', attributes)
  for (const leg of spent) span.event('rt.route.spent', leg)
  span.end(error)
  await telemetry.flush()
  return spans[0]!.attributes['rt.cost.usd'] ?? spans[0]!.attributes['rt.cost.unpriced']
}

test('each leg of a route is billed at its own price, also when another one answered', async () => {
  const dear = { ...sonnet, 'gen_ai.provider.name': 'dear', 'gen_ai.request.model': 'm' }
  const total = { ...sonnet, ...counts(2000, 1000) }
  const spent = [
    { ...dear, ...counts(1000, 0) },
    { ...sonnet, ...counts(1000, 1000) },
  ]
  expect(await priced({ attributes: total, spent })).toBeCloseTo(1 + 0.018, 10)
  // This machine took over: what the first leg took is still to pay.
  const local = { ...total, 'gen_ai.provider.name': 'rt', 'rt.local': true }
  const rest = { ...sonnet, 'rt.local': true, ...counts(1000, 1000) }
  expect(await priced({ attributes: local, spent: [spent[0]!, rest] })).toBeCloseTo(1, 10)
  expect(await priced({ attributes: local, spent: [rest] })).toBe(0)
})

test('one leg of unknown price makes the call unknown, and is named', async () => {
  const spent = [
    { ...sonnet, 'gen_ai.provider.name': 'work', 'gen_ai.request.model': 'big', ...counts(10, 0) },
    { ...sonnet, ...counts(1000, 1000) },
  ]
  expect(await priced({ attributes: { ...sonnet, ...counts(1010, 1000) }, spent })).toEqual(['work/big'])
})

test('a call that failed before anything came costs nothing; one that did not count is unknown', async () => {
  const nothing = { ...sonnet, ...counts(0, 0) }
  expect(await priced({ attributes: nothing, error: new Error('refused') })).toBeUndefined()
  expect(await priced({ attributes: nothing })).toEqual(['anthropic/claude-sonnet-4-5'])
  const broken = { ...nothing, 'gen_ai.response.time_to_first_chunk': 0.2 }
  expect(await priced({ attributes: broken, error: new Error('broke off') })).toEqual(['anthropic/claude-sonnet-4-5'])
})

test('a call marked as part of a batch costs what a batch costs', async () => {
  expect(await priced({ attributes: { ...sonnet, ...counts(1000, 1000), 'rt.batch': true } })).toBeCloseTo(0.009, 10)
})
