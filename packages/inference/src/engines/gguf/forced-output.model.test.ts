import { createMessage, type ModelRequest, type StreamPart } from '@rt/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forceAnswer } from './__fixtures__/forced-answers.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'

let engine: GgufEngine
let model: GgufModel

beforeAll(async () => {
  ;({ engine, model } = await loadSmollm2({ contextTokens: 4096 }))
})
afterAll(() => engine?.[Symbol.asyncDispose]())

const ask = async (text: string, request: Partial<ModelRequest>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of model.stream({ messages: [createMessage('user', text)], ...request })) parts.push(part)
  return parts
}
const textOf = (parts: StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'the arguments of a call at temperature 1 are valid against the generated schema %d',
  async (seed) => {
    expect(await forceAnswer(model, seed, 'call')).toMatchObject({ valid: true })
  },
)

test.each(Array.from({ length: 3 }, (_, i) => 101 + 2 * i))(
  'so is an answer against the generated schema %d, and a call or an answer as the model chooses',
  async (seed) => {
    expect(await forceAnswer(model, seed, 'answer')).toMatchObject({ valid: true })
    expect(await forceAnswer(model, seed + 1, 'either')).toMatchObject({ valid: true })
  },
)

describe('what a grammar cannot keep', () => {
  const schema = {
    type: 'array',
    items: { type: 'string', enum: ['a'] },
    minItems: 2,
    maxItems: 2,
    uniqueItems: true,
  }

  test('is said once and checked afterwards: the answer ends with model_output', async () => {
    const parts = await ask('Two letters', { output: { type: 'json', schema } })
    const warnings = parts.filter((part) => part.type === 'warning')
    expect(warnings).toEqual([
      { type: 'warning', id: 'schema-relaxed', message: expect.stringContaining('"uniqueItems" at #') },
    ])
    expect(textOf(parts)).toBe('["a","a"]')
    expect(parts.at(-1)).toMatchObject({
      type: 'error',
      error: { code: 'model_output', retryable: true, data: { path: '', keyword: 'uniqueItems' } },
    })
  })
})

describe("a caller's own grammar", () => {
  test('is what the answer follows', async () => {
    const gbnf = 'root ::= ("red" | "green" | "blue") " " [1-9] [0-9]? "%"'
    const parts = await ask('A colour?', { output: { type: 'grammar', gbnf }, stop: ['%'] })
    expect(textOf(parts)).toMatch(/^(red|green|blue) [1-9][0-9]?%$/)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test.each([
    ['a syntax error', 'root ::= "a', /line 1/],
    ['3,000 optional items, which would hold a core for minutes', `root ::= ${'"a"? '.repeat(3000)}`, /in a row/],
    ['what only llama.cpp refuses', 'root ::= ( "a"{0,1500} "b" ){0,1500}', /llama\.cpp does not take/],
  ])('is refused for %s', async (_name, gbnf, message) => {
    const parts = await ask('Hi', { output: { type: 'grammar', gbnf } })
    expect(parts.at(-1)).toMatchObject({
      type: 'error',
      error: { code: 'invalid_request', message: expect.stringMatching(message) },
    })
  })
})

describe('tools together with a form of the final answer', () => {
  const tools = [
    {
      name: 'get_weather',
      description: 'Weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string', maxLength: 20 } }, required: ['city'] },
    },
  ]
  const schema = { type: 'array', items: { enum: ['red', 'green', 'blue'] }, minItems: 1, maxItems: 3 }

  test.each([
    ['What is the weather in Paris?', 'call'],
    ['["red", "green"] is a list. Write the list ["red", "green"] again.', 'answer'],
  ])('each answer is either: %s', async (text, expected) => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 8; seed++) {
      const parts = await ask(text, {
        tools,
        output: { type: 'json', schema },
        sampling: { temperature: 1, seed },
        maxOutputTokens: 100,
      })
      const call = parts.find((part) => part.type === 'tool-call-end')
      if (call) expect(call).toMatchObject({ name: 'get_weather', arguments: { city: expect.any(String) } })
      else
        expect(JSON.parse(textOf(parts))).toEqual(expect.arrayContaining([expect.stringMatching(/^(red|green|blue)$/)]))
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: call ? 'tool-calls' : 'stop' })
      seen.add(call ? 'call' : 'answer')
    }
    expect([...seen]).toContain(expected)
  })
})
