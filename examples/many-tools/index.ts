import { createRuntime, formatTrace, tool } from '@rt/runtime'

const things = 'invoice customer supplier shipment contract ticket holiday salary meeting room server backup'.split(' ')
const actions = {
  create: 'Makes a new',
  find: 'Looks up a',
  update: 'Changes a',
  cancel: 'Calls off a',
  export: 'Writes out a',
}
const tools = things.flatMap((thing) =>
  Object.entries(actions).map(([action, what]) =>
    tool({
      name: `${action}_${thing}`,
      description: `${what} ${thing}`,
      inputSchema: {
        jsonSchema: {
          type: 'object',
          properties: { id: { type: 'integer', minimum: 1, maximum: 99 } },
          required: ['id'],
        },
      },
      execute: () => ({ done: true }),
    }),
  ),
)

// A small model cannot choose among sixty. It is shown those that fit, and find_tool.
const rt = await createRuntime({ tools, toolSelect: { k: 4 } })
const question = 'Our supplier is late. Please cancel the shipment with the number 17.'
const { parts } = await rt.thread('ada').generate(question, { toolChoice: 'required' })
for (const part of parts) if (part.type === 'tool-call-end') console.log(part.name, JSON.stringify(part.arguments))

console.log(formatTrace((await rt.trace.last())!)) // tools.select: how many there were, and how many were shown
