// One engine host that guesses tokens, or does not, and writes texts of several kinds.
import { createCatalog } from '@rt/inference/catalog'
import { createGgufEngine } from '@rt/inference/gguf'
import { CLASSES, type TextClass } from './speculate-prompts.ts'

const TOKENS = 200

const [name = '', threads, way] = process.argv.slice(2)
const { files } = await createCatalog().ensure(name, {})
const engine = createGgufEngine({ threads: Number(threads), speculation: way === 'on' })
const model = await engine.load({ id: name, path: files.model, contextTokens: 2048, sequences: 1 })
const texts: Record<string, string> = {}

const write = async (kind: TextClass): Promise<number> => {
  let first = 0
  let output = 0
  let text = ''
  for await (const part of model.stream({
    messages: [{ v: 1, id: '1', role: 'user', parts: [{ type: 'text', text: CLASSES[kind].prompt }] }],
    sampling: { temperature: 0, repeatPenalty: 1, topK: 40, topP: 0.95 },
    maxOutputTokens: TOKENS,
    cacheKey: kind,
  })) {
    if (part.type === 'text-delta') {
      first ||= performance.now()
      text += part.text
    }
    if (part.type === 'finish') output = part.usage.output
    if (part.type === 'error') throw new Error(part.error.message)
  }
  texts[kind] = text
  return (output - 1) / ((performance.now() - first) / 1000)
}

// What a step takes is measured with the first answers.
for (const kind of ['copy', 'edit'] as const) await write(kind)
const answers: Record<string, () => Promise<unknown>> = {
  texts: async () => texts,
  tally: async () => (await model.state()).speculation ?? {},
}
process.on('message', async (what: string) => process.send!(await (answers[what]?.() ?? write(what as TextClass))))
process.send!('ready')
