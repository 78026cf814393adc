import { createCatalog } from '@rt/inference/catalog'
import { createGgufEngine } from '@rt/inference/gguf'
import { PROMPT, TOKENS } from './task.ts'

const threads = Number(process.argv[2])
const { files } = await createCatalog().ensure('smollm2:135m', {})
const model = await createGgufEngine({ threads }).load({ id: 'smollm2:135m', path: files.model })

const round = async (): Promise<number> => {
  let first = 0
  let output = 0
  for await (const part of model.stream({
    messages: [{ v: 1, id: '1', role: 'user', parts: [{ type: 'text', text: PROMPT }] }],
    sampling: { temperature: 0, repeatPenalty: 1, topK: 40, topP: 0.95 },
    maxOutputTokens: TOKENS,
  })) {
    if (part.type === 'text-delta' && !first) first = performance.now()
    if (part.type === 'finish') output = part.usage.output
    if (part.type === 'error') throw new Error(part.error.message)
  }
  return (output - 1) / ((performance.now() - first) / 1000)
}

await round()
process.on('message', async () => process.send!(await round()))
process.send!('ready')
