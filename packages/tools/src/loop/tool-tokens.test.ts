import { createMessage, LOCAL, type StreamPart } from '@rt/core'
import { createFakeTelemetry, createScriptedModel } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { tool } from '../tool.ts'
import { runLoop } from './run-loop.ts'

/** Many have the same parameters, which are one object. */
const parameters = { type: 'object', properties: {} }
const createTool = (name: string, description: string) => ({
  ...tool({ name, description, inputSchema: { jsonSchema: parameters }, execute: () => 1 }),
  parameters,
})

/** Words are tokens; it answers when nobody has anything left to count. */
const createCounting = () => {
  const counted: string[] = []
  const scripted = createScriptedModel({ answers: ['done'] })
  let working = Promise.resolve()
  return {
    ...scripted,
    counted,
    countTokens: (prompt: Parameters<typeof scripted.countTokens>[0]) => {
      counted.push((prompt.tools ?? []).map(({ name }) => name).join())
      const tokens = scripted.countTokens(prompt)
      working = tokens.then(() => new Promise((resolve) => setImmediate(resolve)))
      return tokens
    },
    async *stream(...given: Parameters<typeof scripted.stream>): AsyncIterable<StreamPart> {
      for (let seen; seen !== working;) await (seen = working)
      yield* scripted.stream(...given)
    },
  }
}
const run = async (model: ReturnType<typeof createCounting>, tools: ReturnType<typeof createTool>[]) => {
  const telemetry = createFakeTelemetry()
  const options = { model, tools, messages: [createMessage('user', 'hi')], principal: LOCAL }
  const span = telemetry.span('request')
  for await (const _ of runLoop({ ...options, assembler: createPassThroughAssembler() }, { span }));
  return telemetry.roots[0]!.children.find(({ name }) => name.startsWith('chat'))!.attributes
}

test('the span of a call says what each tool took, counted once for each', async () => {
  const model = createCounting()
  const short = createTool('short', 'one')
  const long = createTool('long', 'one two three four')
  const expected = { 'rt.tool.names': ['short', 'long'], 'rt.tool.tokens': [3, 6] }
  expect(await run(model, [short, long])).toMatchObject(expected)
  const { length } = model.counted
  expect(length).toBe(3)
  expect(await run(model, [short, long])).toMatchObject(expected)
  expect(model.counted).toHaveLength(length)
  // What changed is another tool.
  expect(await run(model, [createTool('short', 'one two')])).toMatchObject({ 'rt.tool.tokens': [4] })
})

test('a model that cannot count answers all the same', async () => {
  const model = createCounting()
  const failing = { ...model, countTokens: () => Promise.reject(new TypeError('no')) }
  const attributes = await run(failing, [createTool('short', 'one')])
  expect(attributes['gen_ai.response.finish_reasons']).toEqual(['stop'])
  expect(attributes['rt.tool.tokens']).toBeUndefined()
})
