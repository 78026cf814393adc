import { createRuntime, tool } from '@rt/runtime'
import { z } from 'zod'

const stock = tool({
  name: 'stock',
  description: 'How many of an article are in the warehouse',
  inputSchema: z.object({ article: z.enum(['lamp', 'chair', 'desk']) }),
  execute: ({ article }) => ({ article, pieces: { lamp: 12, chair: 0, desk: 3 }[article] }),
})
const Answer = z.object({ article: z.enum(['lamp', 'chair', 'desk']), inStock: z.boolean() })

const rt = await createRuntime()
// Call and answer are one grammar: whichever the model writes, it cannot be malformed.
const { messages, text } = await rt.generate('Are there lamps in the warehouse?', {
  tools: [stock],
  toolChoice: 'required',
  output: { type: 'json', name: 'answer', schema: z.toJSONSchema(Answer) },
})
for (const { parts } of messages)
  for (const part of parts)
    if (part.type === 'tool-call') console.log('call', part.name, JSON.stringify(part.arguments))
    else if (part.type === 'tool-result') console.log('result', JSON.stringify(part.result))
console.log('answer', JSON.stringify(Answer.parse(JSON.parse(text))))
