import { expect, test } from 'vitest'
import { buildTrace, type FlatSpan } from './build-trace.ts'
import { formatTrace } from './format-trace.ts'

const span = (
  spanId: string,
  parentId: string | null,
  name: string,
  at: number,
  ms: number,
  attributes: FlatSpan['attributes'] = {},
): FlatSpan => ({
  spanId,
  parentId,
  name,
  startedAt: Date.UTC(2026, 0, 1) + at,
  ms,
  status: 'ok',
  attributes,
  events: [],
})

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': 612,
  'gen_ai.usage.cache_read.input_tokens': 488,
  'gen_ai.usage.output_tokens': 22,
  'rt.prefill_ms': 620,
  'rt.decode_ms': 310,
  'rt.local': true,
  'rt.cost.usd': 0,
}
const context = {
  'rt.context.limit': 2048,
  'rt.context.used': 612,
  'rt.context.system': 58,
  'rt.context.tools': 121,
  'rt.context.memory': 0,
  'rt.context.retrieval': 301,
  'rt.context.history': 132,
  'rt.context.trimmed': 0,
}

test('the tree, as a person reads it', () => {
  const trace = buildTrace('ab'.repeat(16), [
    span('6', '5', 'http', 960, 40),
    {
      ...span('5', '1', 'execute_tool weather', 950, 52, { 'error.type': 'tool_timeout' }),
      status: 'error',
      message: 'too slow',
    },
    span('2', '1', 'context.assemble', 1, 14, context),
    span('1', null, 'request', 0, 1204),
    span('3', '1', 'retrieval handbook', 3, 11, { 'rt.retrieval.hits': 4, 'rt.retrieval.best': 0.914 }),
    span('4', '1', 'chat smollm2:135m', 20, 930, chat),
  ])
  expect(`\n${formatTrace(trace, { width: 96 })}\n`).toMatchInlineSnapshot(`
    "
     trace abababababababababababababababab  2026-01-01T00:00:00.000Z  ok
     request                                                                                1,204 ms
     ├─ context.assemble              612 of 2,048 tokens                                      14 ms
     │     system 58 · tools 121 · retrieval 301 · history 132 · trimmed: nothing
     ├─ retrieval handbook            retrieval.hits 4 · retrieval.best 0.91                   11 ms
     ├─ chat smollm2:135m             prefill 124 (488 cached) 620 ms · decode 22 @ 71/s      930 ms
     └─ execute_tool weather          tool_timeout · too slow                                  52 ms
        └─ http                                                                                40 ms
     tokens 612 in (488 cached) · 22 out
     cost 0.00 USD cloud · 0.9 s local
    "
  `)
})

test('an unknown price is said, colours are off unless asked for, control characters never reach the terminal', () => {
  const unknown = { ...chat, 'gen_ai.request.model': 'nobody-1', 'rt.cost.unknown': true, 'rt.local': false }
  const trace = buildTrace('ab', [
    span('1', null, 'request \u001B[31m\u0007', 0, 5),
    span('2', '1', 'chat nobody-1', 1, 3, unknown),
  ])
  const plain = formatTrace(trace)
  expect(plain).toContain('cost unknown (no price for nobody-1)')
  // oxlint-disable-next-line no-control-regex
  expect(plain).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/)
  expect(formatTrace(trace, { color: true })).toContain('\u001B[2m')
})

test('a trace whose root is not written yet is still shown', () => {
  const trace = buildTrace('ab', [span('2', '1', 'chat m', 0, 3, chat), span('3', '1', 'execute_tool x', 4, 1)])
  expect(trace.spans.map(({ name }) => name)).toEqual(['chat m', 'execute_tool x'])
  expect(formatTrace(trace)).toContain('execute_tool x')
})
