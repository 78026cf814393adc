import { createRuntime, tool } from '@rt/runtime'
import { z } from 'zod'

const rt = await createRuntime() // needs no configuration, no key, no account
await rt.ingest('../handbook') // load, chunk, embed, index; unchanged files cost nothing
const weather = tool({
  name: 'weather',
  description: 'Current weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, celsius: 21 }),
})
for await (const part of rt.thread('ada').stream('What may I spend on a meal in Oslo?', { tools: [weather] }))
  if (part.type === 'text-delta') process.stdout.write(part.text)
  else if (part.type === 'citation') process.stdout.write(` [${part.citation.index}] ${part.citation.source}`)
console.log('\n', await rt.trace.last()) // spans, tokens, milliseconds, cost
