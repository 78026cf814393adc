import { createMessage, type JsonObject, LOCAL, RtError, type StreamPart, type Tool } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer, type ScriptedModel } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import type { LoopOptions } from '../loop/loop-options.ts'
import { runLoop } from '../loop/run-loop.ts'
import { tool } from '../tool.ts'
import { agentTool } from './agent-tool.ts'
import { createHandoffs } from './handoffs.ts'

const model = (...answers: ScriptedAnswer[]): ScriptedModel => createScriptedModel({ answers })
const call = (name: string, args: JsonObject): ScriptedAnswer => ({ toolCalls: [{ name, arguments: args }] })
const loop = (more: Partial<LoopOptions> & Pick<LoopOptions, 'model'>): AsyncIterable<StreamPart> =>
  runLoop({
    messages: [createMessage('user', 'hello')],
    assembler: createPassThroughAssembler(),
    principal: LOCAL,
    ...more,
  })
const read = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
const plain = (name: string): Tool =>
  tool({ name, description: name, inputSchema: { jsonSchema: { type: 'object' } }, execute: () => name })

test('an agent that another calls is given the task, and its answer is the result', async () => {
  const inner = model(call('look', {}), 'It is 42.')
  const tasks: string[] = []
  const researcher = agentTool({
    name: 'researcher',
    description: 'Finds things out',
    run: (task, { signal }) => {
      tasks.push(task)
      return runLoop(
        {
          model: inner,
          messages: [createMessage('user', task)],
          tools: [plain('look')],
          assembler: createPassThroughAssembler(),
          principal: LOCAL,
        },
        { signal },
      )
    },
  })
  const outer = model(call('researcher', { task: 'the answer?' }), 'done')
  const parts = await read(loop({ model: outer, tools: [researcher] }))
  expect(tasks).toEqual(['the answer?'])
  expect(parts.find(({ type }) => type === 'tool-result')).toMatchObject({ result: 'It is 42.', untrusted: true })
})

test.each([
  ['error', { type: 'error', error: new RtError({ code: 'overloaded', message: 'full' }).toJSON() }, 'overloaded'],
  ['approval', { type: 'finish', finishReason: 'approval', usage: {} }, 'approval_required'],
] as [string, StreamPart, string][])('what ends it (%s) is told to the one that called', async (_, end, code) => {
  const broken = agentTool({
    name: 'broken',
    description: 'x',
    run: async function* () {
      yield end
    },
  })
  const parts = await read(loop({ model: model(call('broken', { task: 'x' }), 'done'), tools: [broken] }))
  expect(parts.find(({ type }) => type === 'tool-result')).toMatchObject({ result: { error: { code } } })
})

test('a conversation handed over goes on with the other model, instructions and tools, also in the next turn', async () => {
  const desk = model(call('hand_over_to_billing', { reason: 'an invoice' }))
  const billing = model(call('refund', {}), 'Refunded.')
  const handoffs = createHandoffs('desk', {
    desk: { description: 'Everything else', tools: [plain('greet')], handoffs: ['billing'], changes: () => ({}) },
    billing: {
      description: 'Invoices',
      tools: [plain('refund')],
      handoffs: ['desk'],
      changes: async () => ({ model: billing, system: 'You do invoices.' }),
    },
  })
  const systems: (string | undefined)[] = []
  const assembler: LoopOptions['assembler'] = {
    assemble: (request) => {
      systems.push(request.system)
      return createPassThroughAssembler().assemble(request)
    },
  }
  const { tools, prepareStep } = handoffs
  const parts = await read(loop({ model: desk, system: 'You greet.', tools, prepareStep, assembler }))
  expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  expect(desk.requests[0]!.tools!.map(({ name }) => name)).toEqual(['greet', 'hand_over_to_billing'])
  expect(billing.requests[0]!.tools!.map(({ name }) => name)).toEqual(['refund', 'hand_over_to_desk'])
  expect(systems).toEqual(['You greet.', 'You do invoices.', 'You do invoices.'])
  expect(handoffs.holder([createMessage('user', 'x')])).toBe('desk')
  expect(handoffs.holder(billing.requests.at(-1)!.messages)).toBe('billing')
})

test('who is handed over to has to be there', () => {
  const agent = { description: 'x', tools: [], changes: () => ({}) }
  expect(() => createHandoffs('a', { a: { ...agent, handoffs: ['b'] } })).toThrow(/no agent/)
})
