import { createMessage, type ModelRequest, type StreamPart } from '@rt/core'
import { describe, expect, test } from 'vitest'
import type { AnswerEnd } from './answer-reader.ts'
import type { TemplateFeatures } from './inspect-template.ts'
import { planAnswer, templateVariables } from './plan-answer.ts'
import { REASONING_FORMATS } from './reasoning-formats.ts'

const PLAIN: TemplateFeatures = { tools: true, toolTurns: true, textArguments: false }
const formatOf = (open: string) => REASONING_FORMATS.find((format) => format.open.startsWith(open))!
const THINK: TemplateFeatures = { ...PLAIN, reasoning: formatOf('<think>') }
const FRAMES: TemplateFeatures = { ...PLAIN, reasoning: formatOf('<|channel|>'), effort: ['low', 'medium', 'high'] }
const tools = [
  { name: 'weather', description: 'Weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
]
const messages = [createMessage('user', 'Hi')]

const read = (
  features: TemplateFeatures,
  text: string,
  {
    prompt = '<|assistant|>',
    size = 1,
    end = 'stop',
    ...request
  }: Partial<ModelRequest> & { prompt?: string; size?: number; end?: AnswerEnd } = {},
) => {
  const plan = planAnswer({ messages, ...request }, features, prompt)
  const reader = plan.createReader()
  const parts: StreamPart[] = []
  const feeds: string[] = []
  let done = false
  for (let at = 0; at < text.length && !done; at += size) {
    const ready = reader.push(text.slice(at, at + size))
    parts.push(...ready.parts)
    done = ready.done
    if (!ready.feed) continue
    feeds.push(ready.feed)
    parts.push(...reader.push(ready.feed).parts)
  }
  const last = reader.end(end)
  parts.push(...last.parts)
  const joined = (type: 'text-delta' | 'reasoning-delta') =>
    parts.map((part) => (part.type === type ? part.text : '')).join('')
  const calls = parts.flatMap((part) => (part.type === 'tool-call-end' ? [{ [part.name]: part.arguments }] : []))
  return {
    plan,
    text: joined('text-delta'),
    thought: joined('reasoning-delta'),
    calls,
    feeds,
    finishReason: last.finishReason,
    parts,
  }
}
const SIZES = [1, 2, 3, 5, 8, 1000]

describe('thoughts between marks', () => {
  const formats = REASONING_FORMATS.filter(({ framed }) => !framed)

  test.each(formats)(
    '$open: taken out of the answer at every split, without the white space at their edges',
    (reasoning) => {
      const { open, close } = reasoning
      for (const size of SIZES) {
        const answer = `${open}\n First, a < b.\n\nThen\n\n${close}\n\nIt is 4. `
        expect(read({ ...PLAIN, reasoning }, answer, { size })).toMatchObject({
          thought: 'First, a < b.\n\nThen',
          text: 'It is 4. ',
          finishReason: 'stop',
        })
      }
    },
  )

  test.each(formats)(
    '$open: a prompt that ends with it begins in a thought, which the model may open once more',
    (reasoning) => {
      const { open, close, openText } = reasoning
      for (const again of ['', open])
        for (const size of SIZES)
          expect(
            read({ ...PLAIN, reasoning }, `${again}Hm.${close}Yes`, { size, prompt: `<|assistant|>${openText}` }),
          ).toMatchObject({ thought: 'Hm.', text: 'Yes' })
    },
  )

  test.each([
    ['no thought', 'It is 4.', '', 'It is 4.'],
    ['an empty one', '<think>\n\n</think>\n\nIt is 4.', '', 'It is 4.'],
    ['marks later on are text', 'Write <think>x</think>.', '', 'Write <think>x</think>.'],
    ['what only begins like a mark', '<thin ice', '', '<thin ice'],
    ['a thought that does not end', '<think>Hm. </thi', 'Hm. </thi', ''],
    ['a thought that hardly begins', '<think>\n<th', '<th', ''],
    ['white space of an answer without a thought stays', '\n x', '', '\n x'],
  ])('%s', (_name, answer, thought, text) => {
    for (const size of SIZES) expect(read(THINK, answer, { size })).toMatchObject({ thought, text })
  })

  test('a thought streams while it is thought', () => {
    const reader = planAnswer({ messages }, THINK, '').createReader()
    expect(reader.push('<think>One').parts).toEqual([{ type: 'reasoning-delta', text: 'One' }])
    expect(reader.thinking).toBe(true)
    expect(reader.push(' two </th').parts).toEqual([{ type: 'reasoning-delta', text: ' two' }])
    expect(reader.push('ink>').parts).toEqual([])
    expect(reader.thinking).toBe(false)
  })

  test('stop strings end the answer, not the thought; calls stand behind it', () => {
    expect(read(THINK, '<think>a. b</think>c. d', { stop: ['.'] })).toMatchObject({ thought: 'a. b', text: 'c' })
    const call = '<think>Ask.</think>\n<tool_call>\n{"name":"weather","arguments":{"city":"Oslo"}}\n</tool_call>'
    expect(read(THINK, call, { tools })).toMatchObject({
      thought: 'Ask.',
      text: '',
      calls: [{ weather: { city: 'Oslo' } }],
      finishReason: 'tool-calls',
    })
  })
})

describe('an answer of messages with headers', () => {
  const ANALYSIS = '<|channel|>analysis<|message|>'
  const FINAL = '<|start|>assistant<|channel|>final<|message|>'

  test('channels become thought and text, at every split', () => {
    for (const size of SIZES) {
      expect(read(FRAMES, `${ANALYSIS}Hm <|.<|end|>${FINAL}It is 4.<|return|>`, { size })).toMatchObject({
        thought: 'Hm <|.',
        text: 'It is 4.',
        finishReason: 'stop',
      })
      expect(read(FRAMES, 'It is 4.', { size })).toMatchObject({ thought: '', text: 'It is 4.' })
    }
  })

  test.each([
    '<|start|>assistant<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{"city":"Oslo"}<|call|>',
    '<|start|>assistant to=functions.weather<|channel|>commentary json<|message|>{"city":"Oslo"}',
  ])('a message to a function is a call: %s', (call) => {
    for (const size of SIZES)
      expect(read(FRAMES, `${ANALYSIS}Ask.<|end|>${call}`, { size, tools })).toMatchObject({
        thought: 'Ask.',
        text: '',
        calls: [{ weather: { city: 'Oslo' } }],
        finishReason: 'tool-calls',
      })
  })

  test('arguments are told as they are written', () => {
    const { parts } = read(FRAMES, '<|channel|>commentary to=functions.weather<|message|>{"city":"Oslo"}<|call|>', {
      tools,
      prompt: '<|start|>assistant',
    })
    const deltas = parts.flatMap((part) => (part.type === 'tool-call-delta' ? [part.delta] : []))
    expect(deltas.join('')).toBe('{"city":"Oslo"}')
    expect(deltas.length).toBeGreaterThan(3)
    expect(parts.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual([
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
    ])
  })

  test('a call that is cut or is no JSON is an error; one without arguments has none', () => {
    const call = '<|channel|>commentary to=functions.weather<|message|>'
    expect(() => read(FRAMES, `${call}{"city":"Os`, { tools, end: 'length' })).toThrow(
      expect.objectContaining({ code: 'model_output' }),
    )
    expect(() => read(FRAMES, `${call}{"city":`, { tools })).toThrow(expect.objectContaining({ code: 'model_output' }))
    expect(read(FRAMES, call, { tools }).calls).toEqual([{ weather: {} }])
  })

  test('text beside a call and text after text stay apart', () => {
    const answer = `<|channel|>commentary<|message|>I look.<|end|>${FINAL}Done.`
    expect(read(FRAMES, answer).text).toBe('I look.\n\nDone.')
  })

  test('what is forced begins in the answer, or behind a thought that was asked for', () => {
    const output = { type: 'json' as const }
    const direct = read(FRAMES, '{"a":1}', { output })
    expect(direct).toMatchObject({ text: '{"a":1}', plan: { prefix: '<|channel|>final<|message|>' } })
    const thought = read(FRAMES, 'Hm.<|end|>{"a":1}', { output, reasoning: { effort: 'high' } })
    expect(thought).toMatchObject({ thought: 'Hm.', text: '{"a":1}', plan: { prefix: ANALYSIS }, feeds: [FINAL] })
  })
})

describe('how much to think', () => {
  const variables = (request: Partial<ModelRequest>, features: Partial<TemplateFeatures>) =>
    templateVariables({ messages, ...request }, { ...PLAIN, ...features })

  test('the template is told where it can be told', () => {
    const thinkingSwitch = 'enable_thinking'
    expect(variables({}, { thinkingSwitch })).toEqual({})
    expect(variables({ reasoning: { effort: 'none' } }, { thinkingSwitch })).toEqual({ enable_thinking: false })
    expect(variables({ reasoning: { budgetTokens: 0 } }, { thinkingSwitch })).toEqual({ enable_thinking: false })
    expect(variables({ reasoning: { effort: 'low' } }, { thinkingSwitch })).toEqual({ enable_thinking: true })
    expect(variables({ output: { type: 'json' } }, { thinkingSwitch })).toEqual({ enable_thinking: false })
    expect(variables({ reasoning: { effort: 'high' } }, { effort: ['low', 'medium', 'high'] })).toEqual({
      reasoning_effort: 'high',
    })
    expect(variables({ reasoning: { effort: 'none' } }, { effort: ['low', 'medium', 'high'] })).toEqual({
      reasoning_effort: 'low',
    })
    expect(variables({ reasoning: { effort: 'none' } }, { effort: ['none', 'high'] })).toEqual({
      reasoning_effort: 'none',
    })
  })

  test('a budget is the one asked for, or that of the word, unless the model knows words of its own', () => {
    const budget = (reasoning: ModelRequest['reasoning'], features = THINK) =>
      planAnswer({ messages, ...(reasoning && { reasoning }) }, features, '').budgetTokens
    expect([budget(undefined), budget({ budgetTokens: 7 }), budget({ effort: 'low', budgetTokens: 7 })]).toEqual([
      Infinity,
      7,
      7,
    ])
    expect([budget({ effort: 'low' }), budget({ effort: 'medium' }), budget({ effort: 'high' })]).toEqual([
      512,
      2048,
      Infinity,
    ])
    expect([budget({ effort: 'low' }, FRAMES), budget({ effort: 'none' })]).toEqual([Infinity, 0])
  })

  test('without a switch, an open thought is closed and a message of the answer is begun', () => {
    const none = { reasoning: { effort: 'none' as const } }
    const prompt = '<|assistant|><think>\n'
    expect(read(THINK, '4', { prompt, ...none })).toMatchObject({ text: '4', plan: { prefix: '\n</think>\n\n' } })
    expect(read(THINK, '4', none)).toMatchObject({ text: '4', plan: { prefix: '', budgetTokens: 0 } })
    expect(read(FRAMES, '4', none)).toMatchObject({ text: '4', plan: { prefix: '<|channel|>final<|message|>' } })
  })

  test('a forced answer behind a thought: its grammar begins where the thought ends', () => {
    const request = { tools, toolChoice: 'required' as const, reasoning: { budgetTokens: 9 } }
    const { plan, thought, calls, feeds } = read(
      THINK,
      'Hm.</think>{"name":"weather","arguments":{"city":"Oslo"}}',
      request,
    )
    expect({ prefix: plan.prefix, thought, calls, feeds }).toEqual({
      prefix: '<think>\n',
      thought: 'Hm.',
      calls: [{ weather: { city: 'Oslo' } }],
      feeds: ['\n\n'],
    })
  })
})

describe('calls in the formats of their models', () => {
  const two = [
    { name: 'weather', description: '', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
    { name: 'roll', description: '', parameters: { type: 'object', properties: { dice: { type: 'integer' } } } },
  ]
  const json = (name: string, args: object, key = 'arguments'): string => JSON.stringify({ name, [key]: args })
  const oslo = { city: 'Oslo' }
  const roll = { dice: 2 }
  const both = [{ weather: oslo }, { roll }]

  test.each([
    ['Qwen', `<tool_call>\n${json('weather', oslo)}\n</tool_call>\n<tool_call>\n${json('roll', roll)}\n</tool_call>`],
    [
      'Qwen coder',
      '<tool_call>\n<function=weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=roll>\n<parameter=dice>\n2\n</parameter>\n</function>\n</tool_call>',
    ],
    ['Llama', `<|python_tag|>${json('weather', oslo, 'parameters')}; ${json('roll', roll, 'parameters')}`],
    [
      'Llama, own functions',
      `<function=weather>${JSON.stringify(oslo)}</function><function=roll>{"dice":2}</function>`,
    ],
    ['Mistral', `[TOOL_CALLS][${json('weather', oslo)}, ${json('roll', roll)}]`],
    ['Ministral', `[TOOL_CALLS]weather[ARGS]{"city":"Oslo"}[TOOL_CALLS]roll[CALL_ID]a1b2c3d4e[ARGS]{"dice": 2}`],
    ['Phi', `<|tool_call|>[${json('weather', oslo)},${json('roll', roll)}]<|/tool_call|>`],
    [
      'Kimi',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>{"city":"Oslo"}<|tool_call_end|><|tool_call_begin|>functions.roll:1<|tool_call_argument_begin|>{"dice":2}<|tool_call_end|><|tool_calls_section_end|>',
    ],
    [
      'DeepSeek',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n{"city":"Oslo"}\n```<｜tool▁call▁end｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>roll\n```json\n{"dice":2}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
    ['a bare list', `[${json('weather', oslo)},\n${json('roll', roll)}]`],
  ])('%s: both calls of one answer, at every split, and none of it as text', (_model, answer) => {
    for (const size of SIZES)
      for (const before of ['', '\n'])
        expect(read(PLAIN, before + answer, { tools: two, size })).toMatchObject({
          text: '',
          calls: both,
          finishReason: 'tool-calls',
        })
  })

  test('text may stand before a call between marks; what a model writes behind its calls was made up', () => {
    const call = `<tool_call>${json('roll', roll)}</tool_call>`
    for (const size of SIZES)
      expect(read(PLAIN, `I roll < two dice.\n${call}\nYou rolled 9.`, { tools: two, size })).toMatchObject({
        text: 'I roll < two dice.\n',
        calls: [{ roll }],
        finishReason: 'tool-calls',
      })
  })

  test('a model that repeats its call is stopped', () => {
    const call = `<tool_call>${json('roll', roll)}</tool_call>`
    expect(read(PLAIN, call.repeat(50), { tools: two }).calls).toEqual([{ roll }])
    const many = Array.from({ length: 50 }, (_, dice) => `<tool_call>${json('roll', { dice })}</tool_call>`)
    expect(read(PLAIN, many.join(''), { tools: two }).calls).toHaveLength(32)
  })

  test('marks around something else are text; a call that was cut is an error', () => {
    const other = '<tool_call>none of them</tool_call> is how it looks'
    expect(read(PLAIN, other, { tools: two })).toMatchObject({ text: other, finishReason: 'stop' })
    const cut = `Text. [TOOL_CALLS][${json('weather', oslo)}, {"name":"roll","arguments":{"dice":2`
    expect(() => read(PLAIN, cut, { tools: two, end: 'length' })).toThrow(
      expect.objectContaining({ code: 'model_output' }),
    )
  })

  test('text that looks like a number stays text where the tool wants text', () => {
    const call = '<function=weather><parameter=city>12</parameter></function>'
    expect(read(PLAIN, call, { tools: two }).calls).toEqual([{ weather: { city: '12' } }])
  })

  test('marks are text where no tools were offered', () => {
    expect(read(PLAIN, '<tool_call>{}</tool_call>').text).toBe('<tool_call>{}</tool_call>')
    expect(read(PLAIN, '', {}).plan.markers).toEqual([])
    expect(read(PLAIN, '', { tools: two }).plan.markers).toContain('[TOOL_CALLS]')
  })
})
