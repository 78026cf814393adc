import type { ModelRequest, StreamPart } from '@rt/core'
import { describe, expect, test } from 'vitest'
import { createAnswerReader, type AnswerEnd } from './answer-reader.ts'

const tools = [
  { name: 'weather', description: 'Weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
]

const read = (
  request: Partial<ModelRequest>,
  text: string,
  { size = 3, end = 'stop' }: { size?: number; end?: AnswerEnd } = {},
) => {
  const reader = createAnswerReader({ messages: [], ...request })
  const parts: StreamPart[] = []
  let done = false
  for (let at = 0; at < text.length && !done; at += size) {
    const ready = reader.push(text.slice(at, at + size))
    parts.push(...ready.parts)
    done = ready.done
  }
  const last = reader.end(end)
  parts.push(...last.parts)
  const texts = parts.map((part) => (part.type === 'text-delta' ? part.text : ''))
  return { parts, text: texts.join(''), finishReason: last.finishReason, done }
}
const types = (parts: StreamPart[]): string[] => [...new Set(parts.map(({ type }) => type))]

describe('a forced call', () => {
  const answer = '{"name":"weather","arguments":{"city":"O}s{lo \\" ]"}}'

  test('announces its name, streams its arguments, ends with their value', () => {
    for (const size of [1, 3, 7, 100]) {
      const { parts, finishReason } = read({ tools, toolChoice: 'required' }, answer, { size })
      expect(types(parts)).toEqual(['tool-call-start', 'tool-call-delta', 'tool-call-end'])
      expect(parts[0]).toMatchObject({ name: 'weather' })
      expect(parts.map((part) => (part.type === 'tool-call-delta' ? part.delta : '')).join('')).toBe(
        '{"city":"O}s{lo \\" ]"}',
      )
      expect(parts.at(-1)).toMatchObject({ name: 'weather', arguments: { city: 'O}s{lo " ]' } })
      expect(finishReason).toBe('tool-calls')
    }
  })

  test('cut anywhere, it is an error and never a call', () => {
    for (let length = 0; length < answer.length; length++)
      expect(() => read({ tools, toolChoice: 'required' }, answer.slice(0, length), { end: 'length' })).toThrow(
        expect.objectContaining({ code: 'model_output' }),
      )
  })
})

describe('forced JSON', () => {
  test('streams as text', () => {
    expect(read({ output: { type: 'json' } }, '{"a":[1,2]}')).toMatchObject({
      text: '{"a":[1,2]}',
      finishReason: 'stop',
    })
  })
  test('cut, it is an error', () => {
    expect(() => read({ output: { type: 'json' } }, '{"a":[1,2', { end: 'length' })).toThrow(
      expect.objectContaining({ code: 'model_output', data: { text: '{"a":[1,2', reason: 'length' } }),
    )
  })
  test('a number that ran out of tokens may be half of one; whatever else is whole JSON is whole', () => {
    const answer = (text: string, end: AnswerEnd) => read({ output: { type: 'json', schema: {} } }, text, { end })
    expect(() => answer('12', 'length')).toThrow(expect.objectContaining({ code: 'model_output' }))
    expect(answer('12', 'stop')).toMatchObject({ text: '12' })
    for (const whole of ['"twelve"', 'true', '[12]', '{"a":12} ']) {
      expect(answer(whole, 'length')).toMatchObject({ text: whole, finishReason: 'stop' })
    }
  })
})

describe('free choice of tools', () => {
  test('plain text streams from its first characters', () => {
    const { parts, text, finishReason } = read({ tools }, 'It is sunny {"name"')
    expect(text).toBe('It is sunny {"name"')
    expect(parts[0]).toEqual({ type: 'text-delta', text: 'It ' })
    expect(finishReason).toBe('stop')
  })

  test.each([
    '{"name":"weather","arguments":{"city":"Oslo"}}',
    '\n<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>',
    '```json\n{"name":"weather","parameters":{"city":"Oslo"}}\n```',
  ])('a call is a call, and none of it leaks as text: %s', (answer) => {
    const { parts, text, finishReason } = read({ tools }, answer)
    expect(text).toBe('')
    expect(parts.at(-1)).toMatchObject({ type: 'tool-call-end', name: 'weather', arguments: { city: 'Oslo' } })
    expect(finishReason).toBe('tool-calls')
  })

  test('after a whole call the model need not go on', () => {
    const { done, parts } = read({ tools }, '{"name":"weather","arguments":{"city":"Oslo"}} and so on and so on', {
      size: 1,
    })
    expect(done).toBe(true)
    expect(parts.at(-1)).toMatchObject({ type: 'tool-call-end' })
  })

  test('a call that ran out of tokens is an error, wherever it was cut, and never a call with half a value', () => {
    const call = '<tool_call>{"name":"transfer","arguments":{"amount":1200,"to":"}{"}}'
    const transfer = [{ name: 'transfer', description: 'Pay', parameters: { type: 'object' } }]
    const bare = call.slice('<tool_call>'.length)
    for (const text of [call, bare, `{"type":"function","function":${bare}}`]) {
      for (let length = 1; length < text.length; length++)
        expect(
          () => read({ tools: transfer }, text.slice(0, length), { end: 'length', size: 1 }),
          text.slice(0, length),
        ).toThrow(
          expect.objectContaining({ code: 'model_output', data: { text: text.slice(0, length), reason: 'length' } }),
        )
      expect(read({ tools: transfer }, text, { end: 'length' }).finishReason).toBe('tool-calls')
    }
  })

  test('a model that stops by itself may forget the last brackets', () => {
    const { parts, finishReason } = read({ tools }, '{"name":"weather","arguments":{"city":"Oslo"')
    expect(parts.at(-1)).toMatchObject({ type: 'tool-call-end', name: 'weather', arguments: { city: 'Oslo' } })
    expect(finishReason).toBe('tool-calls')
  })

  test('brackets inside strings neither end a call early nor late', () => {
    for (const city of ['}}', '{{', '\\"}}']) {
      const text = JSON.stringify({ name: 'weather', arguments: { city, other: {}, more: 1 } })
      const { parts, done } = read({ tools }, `${text} and so on`, { size: 1 })
      expect(parts.at(-1)).toMatchObject({ type: 'tool-call-end', arguments: { city, other: {}, more: 1 } })
      expect(done).toBe(true)
    }
  })

  test.each([
    '{"city":"Os',
    '{"city":{"name',
    '{"type":"city","in":"N',
    '{"name":"Ada","age":3',
    '```json\n{"a":1',
    '{ not json',
  ])('an answer in JSON that ran out of tokens is a shorter answer: %s', (answer) =>
    expect(read({ tools }, answer, { end: 'length' })).toMatchObject({ text: answer, finishReason: 'length' }),
  )

  test.each(['{"city":"Oslo"}', '{"name":"unknown","arguments":{}}', '{ not json', '```python\nprint()\n```'])(
    'what only begins like a call comes out whole: %s',
    (answer) => {
      expect(read({ tools }, answer)).toMatchObject({ text: answer, finishReason: 'stop' })
    },
  )
})

describe('a call that is chosen', () => {
  const two = [...tools, { name: 'roll', description: 'Rolls dice', parameters: { type: 'object' } }]
  const marked = (...bodies: string[]): string => bodies.map((body) => `<tool_call>\n${body}\n</tool_call>`).join('\n')
  const call = (name: string, args: string): string => `{"name": "${name}", "arguments": ${args}}`
  const deltas = (parts: StreamPart[]): string[] =>
    parts.flatMap((part) => (part.type === 'tool-call-delta' ? [part.delta] : []))

  test.each([
    ['bare', call('weather', '{"city": "O}s{lo"}')],
    ['compact', '{"name":"weather","parameters":{"city": "O}s{lo"}}'],
    ['in marks', `Let me see. ${marked(call('weather', '{"city": "O}s{lo"}'))}`],
    ['in a fence', '```json\n{"type": "function", "name": "weather", "arguments": {"city": "O}s{lo"}}\n```'],
  ])('%s: its arguments are told as they are written', (_name, answer) => {
    const { parts, finishReason } = read({ tools }, answer, { size: 1 })
    expect(deltas(parts).join('')).toBe('{"city": "O}s{lo"}')
    expect(deltas(parts).length).toBeGreaterThan(10)
    expect(types(parts.slice(-1))).toEqual(['tool-call-end'])
    expect(finishReason).toBe('tool-calls')
  })

  test('says from where on its tool is known, up to where the call ends', () => {
    const reader = createAnswerReader({ messages: [], tools })
    const calling: string[] = []
    for (const piece of [
      '<tool_',
      'call>\n{"name"',
      ': "weather", "arguments"',
      ':',
      ' ',
      '{"city":',
      '"Oslo"}',
      '}',
      '\n</tool_call>',
    ]) {
      reader.push(piece)
      calling.push(reader.calling ?? '')
    }
    expect(calling).toEqual(['', '', '', 'weather', 'weather', 'weather', 'weather', '', ''])
  })

  test('a piece that reaches into the arguments is to be cut there; no other is', () => {
    const cutOf = (before: string, piece: string): number | undefined => {
      const reader = createAnswerReader({ messages: [], tools })
      reader.push(before)
      return reader.cut?.(() => piece)
    }
    expect(cutOf('<tool_call>{"name":"weather","arguments', '":{"')).toBe(2)
    expect(cutOf('{"name":"weather","arguments', '":{"')).toBe(2)
    for (const [before, piece] of [
      ['{"name":"weather","arguments', '":'],
      ['{"name":"weather","arguments', '": '],
      ['{"name":"weather","arguments":', '{"'],
      ['{"name":"nobody","arguments', '":{"'],
      ['Like {"name":"weather","arguments', '":{"'],
    ] as const)
      expect([before, piece, cutOf(before, piece)]).toEqual([before, piece, undefined])
  })

  test('several are several, and one that repeats itself is said once and ends the answer', () => {
    const [oslo, rome, dice] = [
      call('weather', '{"city":"Oslo"}'),
      call('weather', '{"city":"Rome"}'),
      call('roll', '{}'),
    ]
    for (const size of [1, 4, 100]) {
      const { parts, done } = read({ tools: two }, `${marked(oslo, rome, dice, oslo)} and on`, { size })
      const named = parts.flatMap((part) => (part.type === 'tool-call-end' ? [part.arguments] : []))
      expect(named).toEqual([{ city: 'Oslo' }, { city: 'Rome' }, {}])
      expect(types(parts.slice(-1))).toEqual(['tool-call-end'])
      expect(parts.filter(({ type }) => type === 'tool-call-start')).toHaveLength(3)
      expect(done).toBe(true)
    }
  })

  test.each([
    ['{"city": "Oslo"', { city: 'Oslo' }],
    ['{"city": ["Oslo"', { city: ['Oslo'] }],
    ['{"city": Oslo}', '{"city": Oslo}'],
    ['{"city": "Os', '{"city": "Os'],
  ])('of one that is broken is left what can be read, or its text: %s', (args, expected) => {
    for (const text of [
      `{"name": "weather", "arguments": ${args}`,
      `<tool_call>{"name": "weather", "arguments": ${args}`,
    ])
      expect(read({ tools }, text, { size: 1 }).parts.at(-1)).toMatchObject({
        type: 'tool-call-end',
        arguments: expected,
      })
  })

  test('brackets that are missing before its mark are added, and the mark is no part of it', () => {
    const { parts } = read({ tools }, '<tool_call>{"name": "weather", "arguments": {"city": "Oslo"</tool_call>', {
      size: 1,
    })
    expect(deltas(parts).join('')).toBe('{"city": "Oslo"')
    expect(parts.at(-1)).toMatchObject({ type: 'tool-call-end', arguments: { city: 'Oslo' } })
  })
})

test('a stop string is honoured in text, and the reason of a cut text is length', () => {
  expect(read({ stop: ['\n\n'] }, 'one\n\ntwo')).toMatchObject({ text: 'one', done: true, finishReason: 'stop' })
  expect(read({}, 'one', { end: 'length' })).toMatchObject({ text: 'one', finishReason: 'length' })
})
