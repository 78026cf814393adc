import { collect, createMessage, type ModelRequest, type StreamPart, type ToolSpec } from '@rt/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { createGgufEngine } from './engine.ts'
import type { GgufEngine, GgufModel } from './options.ts'

/** ChatML whose model begins to think at once, unless it is switched off. */
const THINKING = [
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}",
  "{% if m.reasoning_content %}{{ '<think>\n' + m.reasoning_content + '\n</think>\n\n' }}{% endif %}",
  "{{ m.content + '<|im_end|>\n' }}{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}",
  "{% if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% else %}{{ '<think>\n' }}{% endif %}{% endif %}",
].join('')
/** Well-behaved until a message says otherwise; each step is large, so that no count of steps stops it first. */
const HOSTILE = `{% if messages[0].content == 'attack' %}{% set n = namespace(a='ab') %}{% for i in range(22) %}{% set n.a = n.a ~ n.a %}{% endfor %}{% for i in range(99999) %}{% set x = n.a | upper | lower | title %}{% endfor %}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}`

let engine: GgufEngine
const load = async (name: string, template?: string): Promise<GgufModel> => {
  const { entry, files } = await createCatalog().ensure(name)
  const { sampling } = entry
  return engine.load({
    id: name,
    path: files.model,
    contextTokens: 1024,
    sequences: 1,
    ...(sampling && { sampling }),
    ...(template && { template }),
  })
}
beforeAll(() => {
  engine = createGgufEngine({ threads: 1 })
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const ask = (text: string, request: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [createMessage('user', text)],
  ...request,
})
const readAll = async (model: GgufModel, request: ModelRequest): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of model.stream(request)) parts.push(part)
  return parts
}
const joined = (parts: StreamPart[], type: 'text-delta' | 'reasoning-delta'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('')

describe('a model that thinks', () => {
  let model: GgufModel
  beforeAll(async () => {
    model = await load('smollm2:135m', THINKING)
  })
  afterAll(() => model?.[Symbol.asyncDispose]())

  test('says so, and thinks until its budget is used up; then it answers', async () => {
    expect(model.capabilities.reasoning).toBe(true)
    expect(model.info.templateHash).toMatch(/^[0-9a-f]{16}$/)
    const parts = await readAll(
      model,
      ask('Tell me a long story about a bear.', { reasoning: { budgetTokens: 8 }, maxOutputTokens: 60 }),
    )
    expect(joined(parts, 'reasoning-delta')).not.toBe('')
    expect(joined(parts, 'text-delta')).not.toBe('')
    expect(joined(parts, 'text-delta')).not.toContain('think>')
    const usage = parts.find((part) => part.type === 'usage')!.usage
    // The tokens that end the thought count as thought.
    expect(usage.reasoning).toBeGreaterThanOrEqual(8)
    expect(usage.reasoning).toBeLessThan(20)
    expect(usage.output).toBeGreaterThan(usage.reasoning)
    expect(parts.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])).toEqual([
      'start',
      'reasoning-delta',
      'text-delta',
      'usage',
      'finish',
    ])
  })

  test('without a budget all may be thought', async () => {
    const { usage, text } = await collect(
      model.stream(ask('Tell me a long story about a bear.', { maxOutputTokens: 20 })),
    )
    expect({ text, reasoning: usage.reasoning }).toEqual({ text: '', reasoning: 20 })
  })

  test('thinks nothing when it is told not to', async () => {
    const parts = await readAll(model, ask('What is the capital of France?', { reasoning: { effort: 'none' } }))
    expect(joined(parts, 'reasoning-delta')).toBe('')
    expect(joined(parts, 'text-delta')).toContain('Paris')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', usage: { reasoning: 0 } })
  })

  test('an answer that is forced comes behind the thought that was asked for, and at once where none was', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string', maxLength: 12 } }, required: ['city'] }
    const output = { type: 'json' as const, schema }
    const city = { city: expect.any(String) as unknown }
    const direct = await readAll(model, ask('Name a city.', { output }))
    expect(joined(direct, 'reasoning-delta')).toBe('')
    expect(JSON.parse(joined(direct, 'text-delta'))).toEqual(city)
    const thought = await readAll(model, ask('Name a city.', { output, reasoning: { budgetTokens: 6 } }))
    expect(joined(thought, 'reasoning-delta')).not.toBe('')
    expect(JSON.parse(joined(thought, 'text-delta'))).toEqual(city)
  })

  test('reads what it thought before where its template puts it', async () => {
    const messages = (...thought: [] | [{ type: 'reasoning'; text: string }]) => [
      createMessage('user', 'Hi'),
      createMessage('assistant', [...thought, { type: 'text' as const, text: 'Hello.' }]),
      createMessage('user', 'And?'),
    ]
    const without = await model.countTokens({ messages: messages() })
    expect(await model.countTokens({ messages: messages({ type: 'reasoning', text: 'One two.' }) })).toBeGreaterThan(
      without + 4,
    )
  })
})

test('a hostile template costs its own answer; others go on, and the host lives', async () => {
  const [hostile, other] = [await load('smollm2:135m', HOSTILE), await load('smollm2:135m')]
  const { pid } = engine
  expect(await hostile.countTokens(ask('Hello'))).toBeGreaterThan(0)
  let [attacking, shown] = [true, 0]
  const first = Promise.withResolvers<void>()
  // A story may end at any length: another one is asked for until the attack is over.
  const running = (async () => {
    do
      for await (const part of other.stream(ask('Tell me a long story.', { maxOutputTokens: 400 }))) {
        if (part.type === 'text-delta') shown++
        if (shown > 0) first.resolve()
        if (!attacking) return
      }
    while (attacking)
  })()
  await first.promise
  const before = shown
  const attacked = await readAll(hostile, ask('attack'))
  const during = shown - before
  attacking = false
  await running
  expect(during).toBeGreaterThan(0)
  expect(attacked).toMatchObject([
    { type: 'start' },
    {
      type: 'error',
      error: {
        code: 'model_invalid',
        message: expect.stringContaining(`sha256 ${hostile.info.templateHash}…`) as unknown,
      },
    },
  ])
  const { usage } = await collect(hostile.stream(ask('Hello', { maxOutputTokens: 3 })))
  expect(usage.output).toBeGreaterThan(0)
  expect(engine.pid).toBe(pid)
  await Promise.all([hostile, other].map((model) => model[Symbol.asyncDispose]()))
})

test('tools are offered in the form the model was trained on, and its calls are read', async () => {
  const model = await load('qwen2.5-coder:1.5b')
  const weather: ToolSpec = {
    name: 'get_weather',
    description: 'Current weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  }
  const time: ToolSpec = {
    name: 'get_time',
    description: 'Current local time of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  }
  const request = ask('What is the weather in Oslo?', { tools: [weather, time], maxOutputTokens: 100 })
  const first = await collect(model.stream(request))
  expect(first.parts.find((part) => part.type === 'tool-call-end')).toMatchObject({
    name: 'get_weather',
    arguments: { city: expect.stringContaining('Oslo') as unknown },
  })
  expect({ finishReason: first.finishReason, text: first.text }).toEqual({ finishReason: 'tool-calls', text: '' })

  const call = first.messages[0]!.parts.find((part) => part.type === 'tool-call')!
  const result = createMessage('tool', [
    { type: 'tool-result', id: call.id, name: call.name, result: { celsius: -7, sky: 'snow' } },
  ])
  const messages = [...request.messages, ...first.messages, result]
  const second = await collect(model.stream({ ...request, messages, toolChoice: 'none' }))
  expect(second.text).toMatch(/7|snow/)
  const prose = await collect(
    model.stream(ask('Write a haiku about rain.', { tools: [weather, time], maxOutputTokens: 60 })),
  )
  expect({ finishReason: prose.finishReason, isText: prose.text.length > 0 }).toEqual({
    finishReason: 'stop',
    isText: true,
  })
  await model[Symbol.asyncDispose]()
})
