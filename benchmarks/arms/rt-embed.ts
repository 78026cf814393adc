// The ONNX engine as the runtime uses it: tokenizer, batches and pooling are its own, in its child process.
import { createCatalog } from '@rt/inference/catalog'
import { createOnnxEngine } from '@rt/inference/onnx'
import { TEXTS } from './texts.ts'

const { entry, files } = await createCatalog().ensure('bge-small-en-v1.5')
const embedder = await createOnnxEngine({ threads: Number(process.argv[2]), providers: ['cpu'] }).loadEmbedder({
  id: entry.name,
  modelPath: files.model,
  tokenizerPath: files.tokenizer!,
  pooling: entry.pooling!,
  maxTokens: entry.context!,
  dimensions: entry.dimensions,
})

let vectors: Float32Array[] = []
const round = async (): Promise<number> => {
  const begun = performance.now()
  vectors = (await embedder.embed(TEXTS)).vectors
  return TEXTS.length / ((performance.now() - begun) / 1000)
}

await round()
process.on('message', async (what) =>
  process.send!(what === 'vectors' ? vectors.map((vector) => Array.from(vector)) : await round()),
)
process.send!('ready')
