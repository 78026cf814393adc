import { createRuntime, tool } from '@rt/runtime'
import { z } from 'zod'

const refund = tool({
  name: 'refund',
  description: 'Pays back what an order cost',
  inputSchema: z.object({ order: z.enum(['7041', '7042']) }),
  sideEffects: ['destructive'],
  approval: true, // a person is asked before it runs
  execute: ({ order }) => ({ order, refunded: true }),
})
const rt = await createRuntime({ tools: [refund] })

const [waiting] = await rt.runs.list({ status: 'waiting' })
if (!waiting) {
  const turn = await rt.thread('ada').generate('Refund order 7041, please.', { toolChoice: { name: 'refund' } })
  for (const part of turn.parts)
    if (part.type === 'approval-request')
      console.log(`${part.name} ${JSON.stringify(part.arguments)} waits: ${part.reason}.\nRun me again to say yes.`)
} else {
  // Another process, days later: the run lies in the data file. What is approved is this call with these arguments.
  for (const { id, hash } of waiting.pending) await rt.runs.approve(waiting.id, { call: id, hash })
  for await (const part of rt.runs.resume(waiting.id))
    if (part.type === 'tool-result') console.log(part.name, JSON.stringify(part.result))
    else if (part.type === 'text-delta') process.stdout.write(part.text)
  console.log(`\nThe thread has ${(await rt.threads.messages('ada')).length} messages.`)
}
