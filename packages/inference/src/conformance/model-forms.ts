import type { JsonSchema, JsonValue, ModelRequest, StreamPart, ToolSpec } from '@rt/core'
import { createJsonValidator } from '../driver-kit/schema/validate-json.ts'
import { ask, gather, gatherParts, timeTool, weatherTool } from './gather.ts'
import type { ModelFeature } from './language-model-subject.ts'
import { COUNTED, type ModelSuite } from './model-suite.ts'

const tools = [weatherTool, timeTool]
/** A city of any length is a long answer. */
const shortWeather: ToolSpec = {
  ...weatherTool,
  parameters: { ...weatherTool.parameters, properties: { city: { type: 'string', maxLength: 8 } } },
}
const short = [shortWeather, timeTool]
const playedCall = { id: 'call_1', name: 'weather', fragments: ['{"city":', '"Bern"}'] }

type End = Extract<StreamPart, { type: 'tool-call-end' }>
const endsOf = (parts: StreamPart[]): End[] => parts.filter((part): part is End => part.type === 'tool-call-end')

/** What is wrong with the calls of an answer. */
const faultsOf = (parts: StreamPart[], offered: ToolSpec[]): string[] => {
  const ends = endsOf(parts)
  const ids = new Set(ends.map(({ id }) => id))
  return [
    ...(ids.size < ends.length ? ['two calls have one id'] : []),
    ...ends.flatMap(({ id, name, arguments: args }) => {
      const of = parts.filter((part) => 'id' in part && part.id === id)
      const deltas = of.map((part) => (part.type === 'tool-call-delta' ? part.delta : '')).join('')
      const tool = offered.find((each) => each.name === name)
      return [
        ...(tool ? [] : [`there is no tool ${name}`]),
        ...(of[0]?.type === 'tool-call-start' && of.at(-1)?.type === 'tool-call-end' ? [] : [`${id} has no start`]),
        ...(deltas === '' || JSON.stringify(JSON.parse(deltas)) === JSON.stringify(args) ? [] : ['deltas differ']),
        ...(tool && createJsonValidator(tool.parameters)(args) ? [`${JSON.stringify(args)} is not what it takes`] : []),
      ]
    }),
  ]
}

/** Calls of tools, and answers held to a form. */
export const modelForms = (suite: ModelSuite): void => {
  const present = (Object.keys(CASES) as (keyof typeof CASES)[]).filter(suite.has)
  if (present.length > 0) suite.group('tools and forms', () => present.forEach((feature) => CASES[feature](suite)))
}

const toolCases = ({ test, expect }: ModelSuite): void => {
  for (const toolChoice of ['required', { name: 'weather' }] as const)
    test(`calls a tool where it must: ${JSON.stringify(toolChoice)}`, async ({ model, play }) => {
      play({ toolCalls: [playedCall], usage: COUNTED })
      const { parts, terminal } = await gather(model, { request: ask({ tools: short, toolChoice }) })
      expect(terminal).toMatchObject({ type: 'finish', finishReason: 'tool-calls' })
      expect(endsOf(parts).length).toBeGreaterThan(0)
      expect(faultsOf(parts, short)).toEqual([])
      if (typeof toolChoice === 'object') expect(endsOf(parts)[0]!.name).toBe(toolChoice.name)
    })

  test('calls no tool where it must not', async ({ model, play }) => {
    play({ text: ['No.'], usage: COUNTED })
    const request = ask({ tools, toolChoice: 'none', maxOutputTokens: 8 }, 'What time is it?')
    const { parts, terminal } = await gather(model, { request })
    expect(parts.filter(({ type }) => type.startsWith('tool-call'))).toEqual([])
    expect(terminal.type).toBe('finish')
  })

  test('is free to call or to answer: what it calls is there', async ({ model, play }) => {
    play({ text: ['Let me see.'], toolCalls: [playedCall], usage: COUNTED })
    const { parts, terminal } = await gather(model, { request: ask({ tools, maxOutputTokens: 60 }) })
    // A small model may be cut in the middle of a call.
    if (terminal.type === 'error') expect(terminal.error.code).toBe('model_output')
    expect(endsOf(parts).filter(({ name }) => !tools.some((tool) => tool.name === name))).toEqual([])
  })

  test('reads a call and its result, and goes on', async ({ model, play }) => {
    play({ text: ['It is warm.'], usage: COUNTED })
    const messages: ModelRequest['messages'] = [
      ...ask().messages,
      {
        v: 1,
        id: 'm1',
        role: 'assistant',
        parts: [{ type: 'tool-call', id: 'call_1', name: 'weather', arguments: { city: 'Bern' } }],
      },
      {
        v: 1,
        id: 'm2',
        role: 'tool',
        parts: [{ type: 'tool-result', id: 'call_1', name: 'weather', result: { celsius: 21 } }],
      },
    ]
    const { terminal } = await gather(model, { request: { messages, tools, toolChoice: 'none', maxOutputTokens: 8 } })
    expect(terminal.type).toBe('finish')
  })
}

const jsonCases = ({ test, expect }: ModelSuite): void => {
  const schema: JsonSchema = {
    type: 'object',
    properties: { size: { enum: ['small', 'large'] }, count: { type: 'integer', minimum: 1, maximum: 20 } },
    required: ['size', 'count'],
    additionalProperties: false,
  }
  test('holds its answer to a schema', async ({ model, play }) => {
    play({ text: ['{"size":"small",', '"count":3}'], usage: COUNTED })
    const { text, terminal } = await gather(model, { request: ask({ output: { type: 'json', schema } }) })
    expect(createJsonValidator(schema)(JSON.parse(text) as JsonValue)).toBeUndefined()
    expect(terminal).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test('says so where its JSON is not whole', async ({ model, play }) => {
    play({ text: ['{"size":'], finishReason: 'length', usage: COUNTED })
    const { terminal } = await gather(model, {
      request: ask({ output: { type: 'json', schema }, maxOutputTokens: 2 }),
    })
    if (terminal.type === 'error') expect(terminal.error.code).toBe('model_output')
    else expect(terminal).toMatchObject({ type: 'finish', finishReason: 'length' })
  })
}

const grammarCase = ({ test, has, expect }: ModelSuite): void =>
  test('holds its answer to a grammar', async ({ model, play }) => {
    play({ text: ['yes'], usage: COUNTED })
    const request = ask({ output: { type: 'grammar', gbnf: 'root ::= "yes" | "no"' } })
    const { text, terminal } = await gather(model, { request })
    expect(['yes', 'no']).toContain(text)
    expect(terminal).toMatchObject({ type: 'finish', finishReason: 'stop' })
    if (!has('validation')) return
    const broken = await gather(model, { request: ask({ output: { type: 'grammar', gbnf: 'root ::= (' } }) })
    expect(broken.terminal).toMatchObject({ type: 'error', error: { code: 'invalid_request' } })
  })

const logprobsCase = ({ test, expect }: ModelSuite): void =>
  test('tells of each token how likely it was', async ({ model, play }) => {
    play({ text: ['Good ', 'morning'], usage: COUNTED })
    const { parts, text } = await gather(model, { request: ask({ logprobs: { top: 2 }, maxOutputTokens: 6 }) })
    const told = parts.flatMap((part) => (part.type === 'text-delta' ? (part.logprobs ?? []) : []))
    expect(told.map(({ token }) => token).join('')).toBe(text)
    expect(told.filter(({ logprob, top }) => logprob > 0 || top.length !== 2)).toEqual([])
  })

const reasoningCase = ({ test, expect }: ModelSuite): void =>
  test('tells what it thinks from what it answers', async ({ model, play }) => {
    play({ reasoning: ['Hm', 'm.'], text: ['Yes.'], usage: COUNTED })
    const { parts, terminal } = await gather(model, { request: ask({ reasoning: { budgetTokens: 16 } }) })
    expect(terminal.type).toBe('finish')
    expect(parts.some(({ type }) => type === 'reasoning-delta')).toBe(true)
  })

const redecodeCases = ({ test, expect }: ModelSuite): void => {
  test('writes the arguments of a call again', async ({ model }) => {
    const { parts } = await gather(model, { request: ask({ tools: [shortWeather], toolChoice: 'required' }) })
    const [call] = endsOf(parts)
    const again = await gatherParts(model.redecode!(call!.id))
    expect(endsOf(again.parts).map(({ id, name }) => [id, name])).toEqual([[call!.id, call!.name]])
    expect(faultsOf(again.parts, [shortWeather])).toEqual([])
    expect(again.terminal).toMatchObject({ type: 'finish', finishReason: 'tool-calls' })
  })

  test('refuses to write a call again that it does not know', async ({ model }) => {
    const { terminal } = await gatherParts(model.redecode!('call_of_nobody'))
    expect(terminal).toMatchObject({ type: 'error', error: { code: 'not_found' } })
  })
}

const CASES = {
  tools: toolCases,
  'structured-output': jsonCases,
  grammar: grammarCase,
  logprobs: logprobsCase,
  reasoning: reasoningCase,
  redecode: redecodeCases,
} satisfies Partial<Record<ModelFeature, (suite: ModelSuite) => void>>
