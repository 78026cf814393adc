// node-llama-cpp as its documentation shows it: everything in the one process, defaults but for the thread count.
import { createCatalog } from '@rt/inference/catalog'
import { getLlama } from 'node-llama-cpp'
import { PROMPT, TOKENS } from './task.ts'

const threads = Number(process.argv[2])
const { files } = await createCatalog().ensure('smollm2:135m', {})
const llama = await getLlama({ maxThreads: threads })
const model = await llama.loadModel({ modelPath: files.model })
const context = await model.createContext({ contextSize: 4096, threads })
const sequence = context.getSequence()
const prompt = model.tokenize(`<|im_start|>user\n${PROMPT}<|im_end|>\n<|im_start|>assistant\n`, true)

const round = async (): Promise<number> => {
  await sequence.clearHistory()
  let first = 0
  let output = 0
  for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
    if (!first) first = performance.now()
    model.detokenize([token])
    if (++output === TOKENS) break
  }
  return (output - 1) / ((performance.now() - first) / 1000)
}

await round()
process.on('message', async () => process.send!(await round()))
process.send!('ready')
