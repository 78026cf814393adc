// The loop on a model of three lines: it asks for a tool once, then repeats what the tool said.
import { strict as assert } from 'node:assert'
import { type ContextAssembler, createMessage, LOCAL } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { runLoop, tool } from '@rt/tools'

const model = createScriptedModel({
  answers: (_, call) => (call === 0 ? { toolCalls: [{ name: 'add', arguments: { a: 19, b: 23 } }] } : 'The sum is 42.'),
})
const assembler: ContextAssembler = {
  assemble: async ({ messages }) => ({
    messages,
    retrieved: [],
    report: { limit: 0, used: 0, by: { system: 0, tools: 0, memory: 0, retrieval: 0, history: 0 }, trimmed: [] },
  }),
}
const sums: number[] = []
const add = tool({
  name: 'add',
  description: 'Adds two numbers',
  inputSchema: { jsonSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } } },
  execute: (input) => {
    const { a, b } = input as { a: number; b: number }
    sums.push(a + b)
    return { sum: a + b }
  },
})

let text = ''
const messages = [createMessage('user', 'What is 19 + 23?')]
for await (const part of runLoop({ model, messages, tools: [add], assembler, principal: LOCAL }))
  if (part.type === 'text-delta') text += part.text
assert.deepEqual(sums, [42])
assert.match(text, /42/)
console.log('ok tools:', text)
