import type { ModelRequest, StreamPart, ToolSpec } from '@rt/core'
import type { LlamaModel, Token } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { createAnswerReader } from '../../driver-kit/chat/answer-reader.ts'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'
import type { ReasoningFormat } from '../../driver-kit/chat/reasoning-formats.ts'
import { createThoughtReader } from '../../driver-kit/chat/thought-reader.ts'
import { createCallSpans } from './call-spans.ts'
import { keepCalls } from './keep-calls.ts'
import { watchCalls } from './watch-calls.ts'

const tools: ToolSpec[] = ['find', 'book'].map((name) => ({ name, description: name, parameters: { type: 'object' } }))
const PROMPT = ['<s>', 'Find it.', '<a>']

/** An answer of these tokens, and what is kept of its calls: the text before the arguments, token by token. */
const keep = (
  pieces: string[],
  request: Partial<ModelRequest> = {},
  createReader: AnswerPlan['createReader'] = () => createAnswerReader({ messages: [], tools, ...request }),
): string[][] => {
  const vocabulary: string[] = []
  const tokenOf = (text: string): Token => {
    if (!vocabulary.includes(text)) vocabulary.push(text)
    return vocabulary.indexOf(text) as Token
  }
  const model = {
    tokenize: (text: string) => [tokenOf(text)],
    detokenize: (tokens: Token[]) => tokens.map((token) => vocabulary[token]).join(''),
    isSpecialToken: () => false,
  } as Partial<LlamaModel> as LlamaModel
  const cached = [...PROMPT, ...pieces].map(tokenOf)
  const watch = watchCalls({ prefix: '', budgetTokens: Infinity, closeText: '', markers: [], createReader })
  const reader = watch.plan.createReader()
  const parts: StreamPart[] = pieces.flatMap((piece) => reader.push(piece).parts)
  parts.push(...reader.end('stop').parts)
  const spans = createCallSpans()
  const full: ModelRequest = { messages: [], tools, ...request }
  // The last token was not read by the model any more.
  keepCalls(spans, watch, { request: full, model, cached: cached.slice(0, -1), promptTokens: PROMPT.length })
  return parts.flatMap((part) => {
    const span = part.type === 'tool-call-end' ? spans.get(part.id) : undefined
    return span ? [[span.tool.name, ...[...span.before].map((token) => vocabulary[token]!)]] : []
  })
}

test('a forced call is kept up to its arguments, the torn token cut', () => {
  const required = { toolChoice: 'required' } as const
  expect(keep(['{"name":', '"find', '","arguments":{"', 'q":1', '}}'], required)).toEqual([
    ['find', ...PROMPT, '{"name":', '"find', '","arguments":'],
  ])
  expect(keep(['{"name":"find","arguments":', '{}', '}'], required)).toEqual([
    ['find', ...PROMPT, '{"name":"find","arguments":'],
  ])
})

test('calls between marks are kept each with what stands before it', () => {
  const pieces = [
    'Sure. ',
    '<tool_call>',
    '\n{"name": "find", "arguments": ',
    '{"q": "x"}',
    '}\n</tool_call>\n',
    '<tool_call>',
    '{"name": "book", "parameters"',
    ': {"q": "x"}}',
    '</tool_call>',
  ]
  expect(keep(pieces)).toEqual([
    ['find', ...PROMPT, ...pieces.slice(0, 3)],
    ['book', ...PROMPT, ...pieces.slice(0, 7), ': '],
  ])
})

test('arguments that were only thought of are not those of the call', () => {
  const format: ReasoningFormat = { open: '<think>', close: '</think>', openText: '<think>', closeText: '</think>' }
  const pieces = ['<think>', 'maybe {"q": 1}', '</think>', '{"name": "find", "arguments": ', '{"q": 1}', '}']
  const create = () =>
    createThoughtReader(format, {
      begins: 'open',
      forced: false,
      answer: createAnswerReader({ messages: [], tools }),
    })
  expect(keep(pieces, {}, create)).toEqual([['find', ...PROMPT, ...pieces.slice(0, 4)]])
})

test('arguments that were not written as one object cannot be written again', () => {
  expect(keep(['<tool_call>', '<function=find>', '<parameter=q>x</parameter>', '</function>', '</tool_call>'])).toEqual(
    [],
  )
  expect(keep(['{"name": "find", "arguments": ', '"{\\"q\\": 1}"', '}'])).toEqual([])
})

test('only the calls of the last answers are kept', () => {
  const spans = createCallSpans(2)
  const span = { tool: tools[0]!, before: new Int32Array(), request: {}, tries: 0 }
  for (const id of ['a', 'b', 'c']) spans.keep(id, span)
  expect(['a', 'b', 'c'].map((id) => spans.get(id) !== undefined)).toEqual([false, true, true])
})
