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
    span('3', '1', 'retrieval handbook', 3, 11, {
      'gen_ai.data_source.id': 'handbook',
      'rt.retrieval.mode': 'hybrid',
      'rt.retrieval.found': 4,
      'rt.retrieval.returned': 2,
      'rt.retrieval.chunks': ['a', 'b'],
      'rt.retrieval.scores': [1, 0.66],
    }),
    span('4', '1', 'chat smollm2:135m', 20, 930, chat),
  ])
  expect(`\n${formatTrace(trace, { width: 96 })}\n`).toMatchInlineSnapshot(`
    "
     trace abababababababababababababababab  2026-01-01T00:00:00.000Z  ok
     request                                                                                1,204 ms
     ├─ context.assemble              612 of 2,048 tokens                                      14 ms
     │     system 58 · tools 121 · retrieval 301 · history 132 · trimmed: nothing
     ├─ retrieval handbook            hybrid · 2 of 4 · 1.00 0.66                              11 ms
     ├─ chat smollm2:135m             prefill 124 (488 cached) 620 ms · decode 22 @ 71/s      930 ms
     └─ execute_tool weather          tool_timeout · too slow                                  52 ms
        └─ http                                                                                40 ms
     tokens 612 in (488 cached) · 22 out
     cost 0.00 USD cloud · 0.9 s local
    "
  `)
})

test('steps of rt say in a few words what they did', () => {
  const line = (name: string, attributes: FlatSpan['attributes']): string =>
    formatTrace(buildTrace('ab', [span('1', null, name, 0, 3, attributes)]))
      .split('\n')[1]!
      .slice(34)
      .replace(/\s+3 ms$/, '')
  const retrieval = { 'gen_ai.data_source.id': 'handbook', 'rt.retrieval.mode': 'hybrid', 'rt.retrieval.found': 4 }
  const found = { ...retrieval, 'rt.retrieval.returned': 2, 'rt.retrieval.chunks': ['a', 'b'] }
  const ingest = { 'rt.ingest.files': 12, 'rt.ingest.added': 0, 'rt.ingest.changed': 1, 'rt.ingest.failed': 0 }
  const search = { 'rt.vector.collection': 'default', 'rt.vector.mode': 'dense', 'rt.vector.k': 8, 'rt.vector.hits': 1 }
  expect([
    line('request', { 'rt.principal': 'local', 'gen_ai.conversation.id': 'ada' }),
    line('request', { 'rt.principal': 'key-a' }),
    line('request', { 'rt.principal': 'local' }),
    line('retrieval handbook', { ...found, 'rt.retrieval.scores': [1, 0.655] }),
    line('retrieval handbook', { ...found, 'rt.retrieval.scores': [1, 0.9, 0.8, 0.7, 0.6] }),
    line('retrieval handbook', { ...retrieval, 'rt.retrieval.found': 0, 'rt.retrieval.scores': [] }),
    line('vector.search', { ...search, 'rt.vector.attempts': 1 }),
    line('vector.search', { ...search, 'rt.vector.attempts': 2 }),
    line('vector.upsert', { 'rt.vector.collection': 'default', 'rt.vector.records': 64 }),
    line('tools.select', { 'rt.tools.all': 1200, 'rt.tools.shown': 9, 'rt.tools.search': 'hybrid' }),
    line('tools.select', { 'rt.tools.all': 200, 'rt.tools.shown': 9 }),
    line('execute_tool weather', { 'gen_ai.tool.name': 'weather', 'rt.tool.attempts': 2 }),
    line('execute_tool weather', { 'gen_ai.tool.name': 'weather' }),
    line('guard pii', {
      'rt.guard.name': 'pii',
      'rt.guard.rule': 'email',
      'rt.guard.action': 'redact',
      'rt.guard.count': 2,
    }),
    line('guard topics', { 'rt.guard.rule': 'off-topic', 'rt.guard.action': 'block', 'rt.guard.score': 0.714 }),
    line('memory.commit', { 'rt.memory.messages': 2 }),
    line('ingest default', { ...ingest, 'rt.ingest.chunks': 1073, 'rt.ingest.embedded': 4 }),
    line('embeddings bge', { 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 1, 'rt.local': true }),
    line('mine', { 'rt.mine.count': 3 }),
  ]).toEqual([
    'thread ada',
    'principal key-a',
    '',
    'hybrid · 2 of 4 · 1.00 0.66',
    'hybrid · 2 of 4 · 1.00 0.90 0.80 0.70 …',
    'hybrid · 0 of 0',
    'dense · 1 hit',
    'dense · 1 hit · 2 attempts',
    '64 records',
    'hybrid · 9 of 1,200',
    '9 of 200',
    '2 attempts',
    '',
    'email · redact · 2 times',
    'off-topic · block · 0.71',
    '2 messages',
    '12 files · 1 changed · 1,073 chunks · 4 embedded',
    '1 token',
    'mine.count 3',
  ])
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

test('what does not fit a line goes on below it, and nothing is said twice', () => {
  const message = `no leg could answer: ${'a long reason, '.repeat(8)}and the end.`
  const failed = { status: 'error' as const, message }
  const trace = buildTrace('ab', [
    { ...span('1', null, 'request', 0, 5, { 'error.type': 'budget_exceeded' }), ...failed },
    { ...span('2', '1', 'chat m', 1, 3, { ...chat, 'error.type': 'budget_exceeded' }), ...failed },
    { ...span('3', '2', 'route work/m', 1, 1, { 'rt.route.leg': 'work/m' }), status: 'error', message: 'another.' },
  ])
  const text = formatTrace(trace, {
    width: 80,
    describe: ({ name }) => (name === 'chat m' ? `route work/\u001B[2Jm ${'and more '.repeat(12)}` : undefined),
  })
  const lines = text.split('\n')
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
  expect(text.replaceAll(/\s*\n[ │]*/g, ' ').split(message)).toHaveLength(2)
  expect(lines.some((line) => line.startsWith('    │  route work/ [2Jm and more'))).toBe(true)
  expect(lines.find((line) => line.includes('└─ route work/m'))).toMatch(/ error · another\. +1 ms$/)
})

test('a deep or narrow tree still ends', () => {
  const deep = Array.from({ length: 60 }, (_, depth) => ({
    ...span(String(depth), depth ? String(depth - 1) : null, 'step', depth, 1),
    ...(depth === 59 && { status: 'error' as const, message: 'x'.repeat(300) }),
  }))
  expect(formatTrace(buildTrace('ab', deep), { width: 60 })).toContain('x'.repeat(20))
})

test('cost and cache of a call to a service', () => {
  const remote = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': 4012,
    'gen_ai.usage.output_tokens': 22,
  }
  const line = (attributes: FlatSpan['attributes']): string =>
    formatTrace(buildTrace('ab', [span('1', null, 'chat m', 0, 3, attributes)]), { width: 140 }).split('\n')[1]!
  const cached = { 'gen_ai.usage.cache_read.input_tokens': 3200, 'gen_ai.usage.cache_write.input_tokens': 800 }
  expect(line({ ...remote, ...cached, 'rt.cost.usd': 0.0183 })).toContain(
    'prefill 12 (3,200 cached, 800 written) · decode 22 · 0.0183 USD',
  )
  expect(line({ ...remote, 'rt.cost.usd': 0.000_012_3 })).toContain('prefill 4,012 · decode 22 · 0.000012 USD')
  expect(line({ ...remote, 'rt.cost.unknown': true })).toContain('· price unknown')
  expect(line({ 'gen_ai.operation.name': 'chat', 'rt.cache.hit': true, 'rt.cache.saved_tokens': 1234 })).toContain(
    'response cache · saved 1,234 tokens',
  )
})

test('below a call of a model stands what each tool took of the prompt, the largest first', () => {
  const below = (names: string[], tokens: number[]): string =>
    formatTrace(
      buildTrace('ab', [
        span('1', null, 'chat m', 0, 3, { ...chat, 'rt.tool.names': names, 'rt.tool.tokens': tokens }),
      ]),
    ).split('\n')[2]!
  expect(below(['small', 'large'], [42, 1061])).toContain('tools: large 1,061 · small 42')
  expect(below(['a', 'b', 'c', 'd', 'e', 'f'], [1, 2, 3, 4, 5, 6])).toContain('tools: f 6 · e 5 · d 4 · c 3 · 2 more 3')
})
