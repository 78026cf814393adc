import type { ToolSpec } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { readGbnf } from './__fixtures__/gbnf.ts'
import { createRandom } from './__fixtures__/random.ts'
import { parseToolCalls, toolInstructions } from './index.ts'
import { callOrAnswerGrammar, toolCallGrammar } from './tool-grammar.ts'

const weather: ToolSpec = {
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { city: { type: 'string' }, title: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
}
const now: ToolSpec = { name: 'now', description: 'Current time', parameters: { type: 'object' } }
const tools = [weather, now]

const parseToolCall = (...args: Parameters<typeof parseToolCalls>) => parseToolCalls(...args)[0]

describe('toolCallGrammar', () => {
  it('writes calls of existing tools that parse back', () => {
    const grammar = readGbnf(toolCallGrammar(tools, 'required').grammar)
    const random = createRandom(1)
    const names = new Set<string>()
    for (let round = 0; round < 50; round++) {
      const text = grammar.sample(random)
      const call = parseToolCall(text, tools)
      expect(call && JSON.stringify(call)).toBe(JSON.stringify(JSON.parse(text)))
      names.add(call!.name)
    }
    expect(names).toEqual(new Set(['get_weather', 'now']))
    expect(grammar.matches('{"name":"now","arguments":{}}')).toBe(true)
    expect(grammar.matches('{"name":"now","arguments":{"city":"Rome"}}')).toBe(false)
    expect(grammar.matches('{"name":"get_weather","arguments":{}}')).toBe(false)
  })

  it('keeps to the named tool', () => {
    const grammar = readGbnf(toolCallGrammar(tools, { name: 'get_weather' }).grammar)
    expect(grammar.matches('{"name":"get_weather","arguments":{"city":"Rome"}}')).toBe(true)
    expect(grammar.matches('{"name":"now","arguments":{}}')).toBe(false)
  })

  it('keeps tools with the same schema, and what each may not have, apart', () => {
    const strict = { ...weather, name: 'strict', parameters: { ...weather.parameters, minProperties: 2 } }
    const { grammar, relaxed } = toolCallGrammar([weather, strict], 'required')
    const gbnf = readGbnf(grammar)
    expect(relaxed).toEqual([])
    expect(gbnf.matches('{"name":"get_weather","arguments":{"city":"Rome"}}')).toBe(true)
    expect(gbnf.matches('{"name":"strict","arguments":{"city":"Rome"}}')).toBe(false)
    expect(gbnf.matches('{"name":"strict","arguments":{"city":"Rome","title":""}}')).toBe(true)
  })

  it('lets the model choose between a call and the final answer', () => {
    const answer = { type: 'object', properties: { degrees: { type: 'integer' } }, required: ['degrees'] }
    const gbnf = readGbnf(callOrAnswerGrammar(tools, answer).grammar)
    expect(gbnf.matches('{"name":"now","arguments":{}}')).toBe(true)
    expect(gbnf.matches('{"degrees":21}')).toBe(true)
    for (const text of [
      '{"degrees":"21"}',
      '{"name":"no","arguments":{}}',
      'It is warm.',
      '{"degrees":21}{"degrees":21}',
    ])
      expect([text, gbnf.matches(text)]).toEqual([text, false])
    const free = readGbnf(callOrAnswerGrammar(tools, undefined).grammar)
    expect(free.matches('{"any":["thing"]}')).toBe(true)
  })

  it('says which tools exist, and which tool has the schema that cannot be compiled', () => {
    expect(() => toolCallGrammar(tools, { name: 'weather' })).toThrow(
      expect.objectContaining({ code: 'invalid_request', hint: expect.stringContaining('get_weather, now') }),
    )
    expect(() => toolCallGrammar([], 'required')).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    const bad = { ...weather, parameters: { type: 'object', properties: { at: { type: 'string', pattern: 3 } } } }
    expect(() => toolCallGrammar([bad], 'required')).toThrow(/"pattern" at get_weather#\/properties\/at /)
    expect(() => toolCallGrammar([{ ...now, parameters: { type: 'string' } }], 'required')).toThrow(/"now"/)
  })
})

describe('toolInstructions', () => {
  it('lists the tools as JSON without noise and says how to call', () => {
    const text = toolInstructions(tools, 'auto')
    expect(text).toContain(
      '{"name":"get_weather","description":"Weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"},"title":{"type":"string"}},"required":["city"]}}',
    )
    expect(text).toContain('{"name":"<tool>","arguments":{...}}')
    expect(text).toContain('plain words')
    expect(toolInstructions([], 'auto')).toBe('')
    expect(toolInstructions(tools, 'none')).toBe('')
  })

  it('offers only the named tool when it is forced', () => {
    const text = toolInstructions(tools, { name: 'now' })
    expect(text).toContain('"now"')
    expect(text).not.toContain('get_weather')
    expect(text).not.toContain('plain words')
  })
})

describe('parseToolCall', () => {
  const call = { name: 'get_weather', arguments: { city: 'Rome' } }

  it.each([
    ['bare JSON', '{"name":"get_weather","arguments":{"city":"Rome"}}'],
    [
      'white space and trailing text',
      ' {"name": "get_weather",\n "arguments": {"city": "Rome"}}\n\nHere is the weather: {}',
    ],
    ['a fence', 'Sure!\n```json\n{"name":"get_weather","arguments":{"city":"Rome"}}\n```'],
    ['a tag', '<tool_call>\n{"name":"get_weather","arguments":{"city":"Rome"}}\n</tool_call>'],
    ['parameters', '{"name":"get_weather","parameters":{"city":"Rome"}}'],
    ['arguments as text', '{"name":"get_weather","arguments":"{\\"city\\":\\"Rome\\"}"}'],
    [
      'the OpenAI nesting',
      '{"type":"function","function":{"name":"get_weather","arguments":"{\\"city\\":\\"Rome\\"}"}}',
    ],
    ['a list', '[{"name":"get_weather","arguments":{"city":"Rome"}},{"name":"now"}]'],
    ['braces before it', 'f(x) = {x} so {"name":"get_weather","arguments":{"city":"Rome"}}'],
  ])('reads %s', (_name, text) => expect(parseToolCall(text, tools)).toEqual(call))

  it.each([
    ['a missing bracket', '{"name":"get_weather","arguments":{"city":"Rome"}'],
    ['a missing bracket in a tag', '<tool_call>{"name":"get_weather","arguments":{"city":"Rome"</tool_call>'],
  ])('reads %s only where it may repair', (_name, text) => {
    expect(parseToolCall(text, tools, { repair: true })).toEqual(call)
    expect(parseToolCall(text, tools)).toBeUndefined()
  })

  it('keeps brackets and quotes inside strings', () => {
    const city = '}"{\\ ]'
    expect(
      parseToolCall(`x ${JSON.stringify({ name: 'get_weather', arguments: { city } })} y`, tools)?.arguments,
    ).toEqual({ city })
  })

  it('takes a call without arguments only from a tool that needs none', () => {
    expect(parseToolCall('{"name":"now"}', tools)).toEqual({ name: 'now', arguments: {} })
    expect(parseToolCall('{"name":"get_weather"}', tools)).toBeUndefined()
  })

  it.each([
    ['prose', 'The weather in Rome is fine.'],
    ['other JSON', '{"city":"Rome"}'],
    ['an unknown tool', '{"name":"get_wether","arguments":{"city":"Rome"}}'],
    ['a call inside an unknown one', '{"name":"other","arguments":{"name":"now","arguments":{}}}'],
    ['a name that is no text', '{"name":["now"],"arguments":1}'],
    ['arguments that are no object', '{"name":"get_weather","arguments":[1]}'],
    ['an open string', '{"name":"get_weather","arguments":{"city":"Ro'],
    ['many brackets', '{'.repeat(100_000)],
    ['nothing', ''],
  ])('sees no call in %s', (_name, text) => {
    expect(parseToolCall(text, tools)).toBeUndefined()
    expect(parseToolCall(text, tools, { repair: true })).toBeUndefined()
  })
})
